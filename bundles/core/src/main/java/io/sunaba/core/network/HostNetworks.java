package io.sunaba.core.network;

import io.sunaba.sandbox.Interface;
import java.util.Collection;

/// Connects the interfaces of sandboxes on this host. May be called from any thread; blocks, and
/// gives up when interrupted.
///
/// All fail with an [io.sunaba.error.UnavailableException] when the host refuses, and a
/// [io.sunaba.error.RejectedException] when the platform has not the privileges.
public interface HostNetworks {
    /// Decides what an interface leaves open. Changes nothing.
    ///
    /// @param asked follows the rules for interfaces
    /// @param others the links of the sandbox's other interfaces
    /// @throws io.sunaba.error.RejectedException if the host has not what it names, or that is not
    ///   fit for it
    /// @throws io.sunaba.error.ConflictException if that is in use
    Link plan(Interface asked, Collection<Link> others) throws InterruptedException;

    /// Makes the host's side. On failure nothing is left.
    void make(Link link) throws InterruptedException;

    /// Takes away the host's side, as far as it is there. What was there before stays, as it was.
    void remove(Link link) throws InterruptedException;
}
