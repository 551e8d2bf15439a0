package io.sunaba.hypervisor;

/// Ability of a machine: more or fewer virtual CPUs, more or less memory while the guest runs. The
/// guest may have to be told to use what it got.
public interface Resize extends Ability {
    /// Changes the number of virtual CPUs and returns what the machine has afterwards: more than
    /// asked for on a VMM that cannot take CPUs away, whose guest is to leave them alone.
    ///
    /// @throws io.sunaba.error.RejectedException below 1 or above the machine's maximum; the
    ///   message names both
    int resizeVcpus(int vcpus) throws InterruptedException;

    /// Changes the memory of the guest and returns what it has afterwards, in bytes. That may be
    /// less than asked for if the guest takes no more, and more than asked for if it gives no more
    /// back, or memory comes in larger units; nothing changes later by itself. When interrupted,
    /// the machine may have any amount in between.
    ///
    /// @throws io.sunaba.error.RejectedException below the memory at boot or above the machine's
    ///   maximum; the message names both
    /// @throws io.sunaba.error.ConflictException if the guest is not running, and so can neither
    ///   take nor give; nothing changed
    long resizeMemory(long memoryBytes) throws InterruptedException;
}
