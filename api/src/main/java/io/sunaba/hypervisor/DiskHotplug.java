package io.sunaba.hypervisor;

/// Ability of a machine: disks come and go while the guest runs.
public interface DiskHotplug extends Ability {
    /// Plugs a disk and returns where the guest will find it; the guest may still be busy finding
    /// it. On failure nothing was plugged.
    ///
    /// @throws io.sunaba.error.ConflictException if the id is taken, the file is locked by another
    ///   machine, or no slot is free
    /// @throws io.sunaba.error.NotFoundException if there is no such file
    PciPath plugDisk(DiskSpec disk) throws InterruptedException;

    /// Unplugs a disk and returns when the guest has let go of it and the file is closed. The guest
    /// must have unmounted it. Does nothing if there is no such disk.
    ///
    /// @throws io.sunaba.error.ConflictException if the guest is not running and so cannot let go;
    ///   the disk is still plugged
    /// @throws io.sunaba.error.TimedOutException if the guest does not let go; the disk is still
    ///   plugged
    void unplugDisk(String diskId) throws InterruptedException;
}
