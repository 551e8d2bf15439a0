package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The status of a container.
///
/// @param id its id
/// @param state its state
/// @param command its first process's program and arguments
/// @param exit how its first process ended, or null
/// @param createdAt when it was created
/// @param startedAt when it was last started, or null
/// @param annotations the caller's notes
public record ContainerStatus(
        String id,
        ContainerState state,
        List<String> command,
        @Nullable ExitStatus exit,
        Instant createdAt,
        @Nullable Instant startedAt,
        Map<String, String> annotations) {
    public ContainerStatus {
        requireNonNull(id, "id is null");
        requireNonNull(state, "state is null");
        requireNonNull(createdAt, "createdAt is null");
        command = List.copyOf(command);
        annotations = Map.copyOf(annotations);
    }
}
