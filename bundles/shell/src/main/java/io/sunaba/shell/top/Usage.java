package io.sunaba.shell.top;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// What a sandbox or a container uses.
///
/// @param sandbox the sandbox's id
/// @param container the container's id, or null for the sandbox as a whole: its VM's host processes
/// @param state its state
/// @param cpuPercent processor time lately, in percent of one processor, or null if it is not known
/// @param memoryBytes memory in use, or null if it is not known
/// @param processes processes and threads in containers, or null if they are not known
public record Usage(
        String sandbox,
        @Nullable String container,
        String state,
        @Nullable Double cpuPercent,
        @Nullable Long memoryBytes,
        @Nullable Long processes) {
    public Usage {
        requireNonNull(sandbox, "sandbox is null");
        requireNonNull(state, "state is null");
    }
}
