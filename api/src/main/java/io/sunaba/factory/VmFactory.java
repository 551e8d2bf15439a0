package io.sunaba.factory;

import io.sunaba.hypervisor.HypervisorConfig;
import org.osgi.annotation.versioning.ConsumerType;

/// Makes booted virtual machines. Implemented by plugins, called by the core and by factories that
/// build on others.
///
/// A factory that cannot serve a request says so at once by an error, and serves no request by
/// another factory: the caller asks the next one that is configured.
///
/// May be called from any thread, any number of times at once. Blocks the calling thread and gives
/// up promptly when it is interrupted, leaving nothing behind.
@ConsumerType
public interface VmFactory {
    /// Service property: the name by which configuration and sandboxes choose the plugin, such as
    /// `new`.
    String NAME = "sunaba.name";

    /// Returns a running machine whose agent answers. From then on it is the caller's: it bears the
    /// owner of the config, and the factory never touches it again, not even when the plugin stops.
    ///
    /// Its clock and its random numbers may be those of another machine that it was copied from:
    /// the caller gives it time and entropy before anything else.
    ///
    /// @throws io.sunaba.error.RejectedException if no machine can be made from this config;
    ///   nothing was started
    /// @throws io.sunaba.error.TimedOutException if the guest's agent did not answer within the
    ///   boot timeout; the machine was removed, and the message ends with the guest's last console
    ///   line
    /// @throws io.sunaba.error.UnavailableException if the factory cannot serve now, because the
    ///   hypervisor or the agent plugin is missing, the machine died on the way, or what it makes
    ///   machines of is not ready; nothing is left
    Vm newVm(HypervisorConfig config) throws InterruptedException;
}
