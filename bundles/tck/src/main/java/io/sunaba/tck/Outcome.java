package io.sunaba.tck;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What came of one check.
///
/// @param check the name of the check
/// @param duration how long it took
/// @param failure why it failed, or null if the promise is kept
public record Outcome(String check, Duration duration, @Nullable Throwable failure) {
    public Outcome {
        requireNonNull(check, "check is null");
        requireNonNull(duration, "duration is null");
    }

    public boolean passed() {
        return failure == null;
    }

    @Override
    public String toString() {
        String line =
                "%s %s (%d ms)".formatted(passed() ? "ok  " : "FAIL", check, duration.toMillis());
        return passed() ? line : line + ": " + failure;
    }
}
