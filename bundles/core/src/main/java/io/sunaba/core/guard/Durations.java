package io.sunaba.core.guard;

import java.time.Duration;

/// Durations in words.
final class Durations {
    private Durations() {}

    static String text(Duration duration) {
        return duration.toMillisPart() == 0
                ? duration.toSeconds() + " s"
                : duration.toMillis() + " ms";
    }
}
