package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The status of a sandbox.
///
/// @param id its id
/// @param state its state
/// @param reason why it is in this state, if that was not asked for, in one line, or null
/// @param hypervisor the name of its hypervisor plugin
/// @param factory the name of the VM factory that made its VM
/// @param vcpus virtual CPUs
/// @param memoryBytes memory of the VM
/// @param createdAt when it was created
/// @param containers the status of its containers, oldest first
/// @param annotations the caller's notes
public record SandboxStatus(
        String id,
        SandboxState state,
        @Nullable String reason,
        String hypervisor,
        String factory,
        int vcpus,
        long memoryBytes,
        Instant createdAt,
        List<ContainerStatus> containers,
        Map<String, String> annotations) {
    public SandboxStatus {
        requireNonNull(id, "id is null");
        requireNonNull(state, "state is null");
        requireNonNull(hypervisor, "hypervisor is null");
        requireNonNull(factory, "factory is null");
        requireNonNull(createdAt, "createdAt is null");
        containers = List.copyOf(containers);
        annotations = Map.copyOf(annotations);
    }
}
