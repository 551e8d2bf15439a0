package io.sunaba.tck;

import java.time.Duration;

/// How long checks wait for what is about to happen: 10 seconds, or as many as the system property
/// `sunaba.tck.patience` says.
public final class Patience {
    /// The name of the system property.
    public static final String PROPERTY = "sunaba.tck.patience";

    private static final int USUAL_SECONDS = 10;

    private Patience() {}

    public static Duration get() {
        return Duration.ofSeconds(Integer.getInteger(PROPERTY, USUAL_SECONDS));
    }
}
