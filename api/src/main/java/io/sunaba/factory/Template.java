package io.sunaba.factory;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// What machines of one class are cloned from.
///
/// @param id names it; the same for the same class of machines
/// @param state whether it is there yet
/// @param hypervisor the name of the hypervisor plugin
/// @param vmm the VMM's program, version and acceleration
/// @param guest the build of the guest image
/// @param vcpus virtual CPUs of its clones at first
/// @param memoryBytes memory of its clones at first
/// @param diskBytes how much of the disk it takes; 0 while it is made
/// @param createdAt when it was made, or its making began
public record Template(
        String id,
        TemplateState state,
        String hypervisor,
        String vmm,
        String guest,
        int vcpus,
        long memoryBytes,
        long diskBytes,
        Instant createdAt) {
    public Template {
        requireNonNull(id, "id is null");
        requireNonNull(state, "state is null");
        requireNonNull(hypervisor, "hypervisor is null");
        requireNonNull(vmm, "vmm is null");
        requireNonNull(guest, "guest is null");
        requireNonNull(createdAt, "createdAt is null");
    }
}
