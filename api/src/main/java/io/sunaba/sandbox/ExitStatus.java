package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// How a process ended.
///
/// @param code its exit code, or 128 plus the number of the signal that killed it
/// @param at when it was noticed
public record ExitStatus(int code, Instant at) {
    public ExitStatus {
        requireNonNull(at, "at is null");
    }
}
