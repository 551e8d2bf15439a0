package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How often somebody has asked for the same thing within a while. Who insists asks on a thread of
/// its own each time, and on two at once.
final class Insistence {
    static final Duration WHILE = Duration.ofSeconds(5);

    private final LongSupplier clock;
    private long last;
    private int times;

    /// @param clock as [System#nanoTime]
    Insistence(LongSupplier clock) {
        this.clock = requireNonNull(clock, "clock is null");
    }

    /// Returns how many times it was asked for before, the last time no more than a while ago.
    synchronized int next() {
        long now = clock.getAsLong();
        if (now - last > WHILE.toNanos()) {
            times = 0;
        }
        last = now;
        return times++;
    }
}
