package io.sunaba.factory.template;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.UsageMetrics;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rest that a machine comes to when it is left alone. Whatever it has not done by the time
/// that it is saved, each copy of it will do first: above all to take note that its host has hung
/// up.
final class Rest {
    private static final Logger LOG = LoggerFactory.getLogger(Rest.class);

    private static final Duration LOOK = Duration.ofMillis(100);

    /// What an idle guest's processor may use between two looks.
    private static final Duration NEXT_TO_NOTHING = Duration.ofMillis(20);

    /// On a busy host one may be of a guest whose turn it never was.
    private static final int LOOKS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Rest() {}

    /// Waits until a machine does next to nothing, if its hypervisor can tell, but not for ever.
    static void await(Machine machine) throws InterruptedException {
        UsageMetrics metrics;
        try {
            metrics = machine.ability(UsageMetrics.class);
        } catch (RejectedException e) {
            LOG.debug("Nobody can tell when machine {} rests", machine.id(), e);
            return;
        }
        await(metrics, PATIENCE);
    }

    /// @return whether it came to rest in time
    static boolean await(UsageMetrics metrics, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Duration before = metrics.usage().cpuTime();
        int quiet = 0;
        while (quiet < LOOKS && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK);
            Duration now = metrics.usage().cpuTime();
            quiet = now.minus(before).compareTo(NEXT_TO_NOTHING) <= 0 ? quiet + 1 : 0;
            before = now;
        }
        return quiet == LOOKS;
    }
}
