package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/// What a hypervisor can do on this host.
///
/// @param vmm the program and its version, such as `QEMU 7.2.22`
/// @param acceleration how guest code runs, such as `kvm` or `tcg`
/// @param maximumVcpus the most virtual CPUs that one machine can have
/// @param minimumMemoryBytes the least memory that a machine boots with
/// @param abilities the abilities of the hypervisor and of its machines
public record HypervisorCapabilities(
        String vmm,
        String acceleration,
        int maximumVcpus,
        long minimumMemoryBytes,
        Set<Class<? extends Ability>> abilities) {
    public HypervisorCapabilities {
        requireNonNull(vmm, "vmm is null");
        requireNonNull(acceleration, "acceleration is null");
        abilities = Set.copyOf(abilities);
    }
}
