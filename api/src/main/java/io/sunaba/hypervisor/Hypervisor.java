package io.sunaba.hypervisor;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// Boots virtual machines with one kind of virtual machine monitor (VMM). Implemented by plugins,
/// called by the core and by VM factories.
///
/// Host processes of a machine are detached: they outlive the bundle, and the platform. Everything
/// that a plugin needs to find a machine again is in its [MachineRecord]. When the plugin is
/// deactivated it drops its handles and ends no machine.
///
/// Methods may be called from any thread and for different machines at once. They block the calling
/// (virtual) thread and give up promptly when it is interrupted, leaving no process, socket or file
/// behind.
@ConsumerType
public interface Hypervisor {
    /// Service property: the name by which configuration and sandboxes choose the plugin, such as
    /// `qemu`. Of two services of one name the higher `service.ranking` serves.
    String NAME = "sunaba.name";

    /// Service property: the simple names of the abilities that the plugin and its machines have
    /// where the host has all that they take. What they have here and now is told by
    /// [#capabilities].
    String ABILITIES = "sunaba.abilities";

    /// Tells what this hypervisor can do on this host.
    ///
    /// @throws io.sunaba.error.UnavailableException if the VMM is missing, too old or not
    ///   permitted; the message names the program and what was found
    HypervisorCapabilities capabilities() throws InterruptedException;

    /// Creates a machine without starting its guest. Nothing is left if this fails.
    ///
    /// @throws io.sunaba.error.ConflictException if a machine of that id exists
    /// @throws io.sunaba.error.RejectedException if the spec is beyond what the VMM or the host can
    ///   do
    /// @throws io.sunaba.error.UnavailableException if the VMM cannot be started; see
    ///   [VmmFailedException] for one that started and died
    Machine create(MachineSpec spec) throws InterruptedException;

    /// Takes up a machine that was created earlier, by this process or by one before it.
    ///
    /// Any number of handles of one machine may exist; all see the same state.
    ///
    /// @throws io.sunaba.error.NotFoundException if the machine is gone; what it left behind on the
    ///   host is still there until [#destroy]
    /// @throws io.sunaba.error.UnavailableException if the machine lives but does not answer
    Machine attach(MachineRecord record) throws InterruptedException;

    /// Lists every machine of this hypervisor that left a trace on this host, alive or not, whoever
    /// created it: for finding orphans after a crash.
    List<MachineRecord> machines();

    /// Ends a machine by its id and removes every trace of it on the host: processes, sockets,
    /// files. Does nothing if there is none. A process is ended only if it is beyond doubt the
    /// machine's own (pid, start time and the id in its command line).
    void destroy(String machineId) throws InterruptedException;

    /// Returns an ability that not every hypervisor has, such as [SnapshotRestore].
    ///
    /// @throws io.sunaba.error.RejectedException if this hypervisor lacks it; the message names
    ///   both
    <T extends Ability> T ability(Class<T> kind);
}
