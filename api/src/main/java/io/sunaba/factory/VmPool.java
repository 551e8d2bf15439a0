package io.sunaba.factory;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/// Machines of one class, kept for whoever asks next.
///
/// @param id names it; the same for the same class of machines
/// @param hypervisor the name of the hypervisor plugin
/// @param guest the build of the guest image
/// @param vcpus virtual CPUs of its machines
/// @param memoryBytes memory of each of its machines
/// @param waiting how many machines are ready to be handed out
/// @param making how many are being made
/// @param target how many it strives to keep
/// @param problem why it cannot be filled just now, in one line
public record VmPool(
        String id,
        String hypervisor,
        String guest,
        int vcpus,
        long memoryBytes,
        int waiting,
        int making,
        int target,
        Optional<String> problem) {
    public VmPool {
        requireNonNull(id, "id is null");
        requireNonNull(hypervisor, "hypervisor is null");
        requireNonNull(guest, "guest is null");
        requireNonNull(problem, "problem is null");
    }
}
