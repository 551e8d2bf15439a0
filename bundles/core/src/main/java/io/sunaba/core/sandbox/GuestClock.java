package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import java.time.Duration;
import java.time.InstantSource;

/// Keeps the time right that a guest's clock is set to.
///
/// What time it is grows old on the way to the guest, by nothing at least and by the whole round
/// trip at most. So what is said is the time as it will be on arrival, as far as the way before
/// tells, and it is said again until it cannot have been far from the truth: on a busy host a round
/// trip takes long, and each one makes the host busier.
final class GuestClock {
    /// How wrong a clock may be.
    private static final Duration ERROR = Duration.ofMillis(40);

    /// The most that the clock is set ahead for the way.
    private static final Duration LEAD = ERROR.dividedBy(2);

    private static final int ATTEMPTS = 9;

    private final InstantSource clock;

    /// @param clock tells what time it is
    GuestClock(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock is null");
    }

    /// Sets a clock that was set before, unless that was right.
    ///
    /// @param age how old the time can have been that it was set to
    void correct(Agent agent, Duration age) throws InterruptedException {
        Duration lead = Duration.ZERO;
        Duration last = age;
        for (int i = 0; i < ATTEMPTS && last.compareTo(lead.plus(ERROR)) >= 0; i++) {
            lead = shorter(last.dividedBy(2), LEAD);
            long begun = System.nanoTime();
            agent.setTime(clock.instant().plus(lead));
            last = Duration.ofNanos(System.nanoTime() - begun);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
