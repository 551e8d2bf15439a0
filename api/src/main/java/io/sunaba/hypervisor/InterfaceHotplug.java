package io.sunaba.hypervisor;

/// Ability of a machine: network interfaces come and go while the guest runs.
public interface InterfaceHotplug extends Ability {
    /// Plugs an interface and returns where the guest will find it. On failure nothing was plugged.
    ///
    /// @throws io.sunaba.error.ConflictException if the id or the address is taken, a port to
    ///   forward or the tap device is in use, or no slot is free
    /// @throws io.sunaba.error.NotFoundException if there is no such tap device or namespace
    /// @throws io.sunaba.error.RejectedException if a rule is broken, or the platform may not open
    ///   the tap device; the message names value and rule
    PciPath plugInterface(InterfaceSpec spec) throws InterruptedException;

    /// Unplugs an interface and returns when the guest has let go of it. Does nothing if there is
    /// none.
    ///
    /// @throws io.sunaba.error.ConflictException if the guest is not running and so cannot let go;
    ///   it is still plugged
    /// @throws io.sunaba.error.TimedOutException if the guest does not let go; it is still plugged
    void unplugInterface(String interfaceId) throws InterruptedException;
}
