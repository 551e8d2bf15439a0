package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// What a caller wants of a virtual machine, independent of the hypervisor.
///
/// @param hypervisor the name of the hypervisor plugin
/// @param owner who answers for the machine, such as `sandbox/web-1`; kept beside its process, so
///   that after a crash its owner can be found
/// @param guest what the machine boots
/// @param vcpus virtual CPUs at boot, at least 1
/// @param maximumVcpus the most that it can be given while it runs, at least `vcpus`
/// @param memoryBytes memory at boot
/// @param maximumMemoryBytes the most that it can be given while it runs, at least `memoryBytes`
/// @param sharedMemory whether directories will be shared with it: its memory must then be one that
///   other processes of the host can map, which that of a clone is not
/// @param bootTimeout how long the guest's agent may take to answer for the first time
public record HypervisorConfig(
        String hypervisor,
        String owner,
        GuestImage guest,
        int vcpus,
        int maximumVcpus,
        long memoryBytes,
        long maximumMemoryBytes,
        boolean sharedMemory,
        Duration bootTimeout) {
    public HypervisorConfig {
        requireNonNull(hypervisor, "hypervisor is null");
        requireNonNull(owner, "owner is null");
        requireNonNull(guest, "guest is null");
        requireNonNull(bootTimeout, "bootTimeout is null");
    }
}
