package io.sunaba.launcher.doctor;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// What was found.
///
/// @param subject what was looked at, in a word
/// @param remedy what to do, or null if there is nothing to do
record Finding(Verdict verdict, String subject, String detail, @Nullable String remedy) {
    /// How bad it is.
    enum Verdict {
        /// As it should be.
        OK,
        /// The platform works, but something is missing or slow.
        WARNING,
        /// The platform, or all of its sandboxes, cannot work.
        ERROR
    }

    Finding {
        requireNonNull(verdict, "verdict is null");
        requireNonNull(subject, "subject is null");
        requireNonNull(detail, "detail is null");
    }

    static Finding ok(String subject, String detail) {
        return new Finding(Verdict.OK, subject, detail, null);
    }

    static Finding warning(String subject, String detail, String remedy) {
        return new Finding(Verdict.WARNING, subject, detail, remedy);
    }

    static Finding error(String subject, String detail, String remedy) {
        return new Finding(Verdict.ERROR, subject, detail, remedy);
    }
}
