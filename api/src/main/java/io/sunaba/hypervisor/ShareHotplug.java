package io.sunaba.hypervisor;

/// Ability of a machine: shared directories come and go while the guest runs.
public interface ShareHotplug extends Ability {
    /// Plugs a shared directory. On failure nothing was plugged, and no daemon of it is left.
    ///
    /// @throws io.sunaba.error.ConflictException if the id is taken or no slot is free
    void plugShare(ShareSpec share) throws InterruptedException;

    /// Unplugs a shared directory and ends its daemon. The guest must have unmounted it. Does
    /// nothing if there is none.
    ///
    /// @throws io.sunaba.error.TimedOutException if the guest does not let go; it is still plugged
    void unplugShare(String shareId) throws InterruptedException;
}
