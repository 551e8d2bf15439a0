package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ExitStatus;
import java.time.Instant;

/// How a process ended whose output was seen: it ends the line with its exit code, and prints
/// nothing.
///
/// @param code its exit code, or 128 plus the number of the signal that killed it
/// @param at when it was noticed
public record Finished(int code, Instant at) {
    public Finished {
        requireNonNull(at, "at is null");
    }

    public static Finished of(ExitStatus exit) {
        return new Finished(exit.code(), exit.at());
    }
}
