package io.sunaba.hypervisor;

/// Ability of a machine: more or fewer virtual CPUs, more or less memory while the guest runs. The
/// guest may have to be told to use what it got.
public interface Resize extends Ability {
    /// Changes the number of virtual CPUs that the guest can use and returns what it has
    /// afterwards.
    ///
    /// @throws io.sunaba.error.RejectedException below 1, above the machine's maximum, or below
    ///   what it has on a VMM that cannot take CPUs away
    int resizeVcpus(int vcpus) throws InterruptedException;

    /// Changes the memory of the guest and returns what it has afterwards, in bytes.
    ///
    /// @throws io.sunaba.error.RejectedException below the memory at boot or above the machine's
    ///   maximum
    long resizeMemory(long memoryBytes) throws InterruptedException;
}
