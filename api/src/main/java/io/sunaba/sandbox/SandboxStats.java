package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.MachineUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Measurements of a sandbox.
///
/// @param id its id
/// @param machine what the VM's host processes use, or null if its hypervisor does not tell
/// @param containers the measurements of its running containers
public record SandboxStats(
        String id, @Nullable MachineUsage machine, List<ContainerStats> containers) {
    public SandboxStats {
        requireNonNull(id, "id is null");
        containers = List.copyOf(containers);
    }
}
