package io.sunaba.tck;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The few assertions that checks need. Each fails with an [AssertionError] that says what was
/// seen.
public final class Expect {
    private Expect() {}

    /// Something that may throw.
    @FunctionalInterface
    public interface Action {
        void run() throws Throwable;
    }

    /// Expects that something holds.
    public static void that(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError("expected that " + promise);
        }
    }

    /// Expects that a value is as it should be.
    public static void equal(String what, @Nullable Object expected, @Nullable Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + expected + " but was " + actual);
        }
    }

    /// Expects that bytes are as they should be.
    public static void equal(String what, byte[] expected, byte[] actual) {
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            throw new AssertionError(
                    "%s: expected %d bytes but was %d, first difference at %d"
                            .formatted(what, expected.length, actual.length, at));
        }
    }

    /// Expects that an action fails in one way, and returns its failure.
    public static <T extends Throwable> T failure(Class<T> kind, String what, Action action) {
        try {
            action.run();
        } catch (Throwable e) {
            if (kind.isInstance(e)) {
                return kind.cast(e);
            }
            throw new AssertionError(what + ": expected " + kind.getName() + " but was " + e, e);
        }
        throw new AssertionError(what + ": expected " + kind.getName() + " but nothing failed");
    }

    /// Expects that an error's message names a value.
    public static void names(Throwable error, String value) {
        String message = error.getMessage();
        if (message == null || !message.contains(value)) {
            throw new AssertionError("expected that the message names " + value + ": " + error);
        }
    }
}
