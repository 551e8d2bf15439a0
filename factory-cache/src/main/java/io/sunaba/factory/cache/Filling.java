package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How pools are filled: a machine after the other is made until there are enough, with growing
/// pauses after failures. Asks [Pools] whether one more is wanted, and gives it what was made.
final class Filling {
    private static final Logger LOG = LoggerFactory.getLogger(Filling.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Maker maker;
    private final Endings endings;
    private final Counts counts;
    private final Duration headStart;
    private final Duration firstPause;

    /// @param headStart how long whoever was handed a machine, or got none, has the host's CPUs
    ///   before others are made
    /// @param firstPause how long after a first failure the next machine is made
    Filling(Maker maker, Endings endings, Counts counts, Duration headStart, Duration firstPause) {
        this.maker = requireNonNull(maker, "maker is null");
        this.endings = requireNonNull(endings, "endings is null");
        this.counts = requireNonNull(counts, "counts is null");
        this.headStart = requireNonNull(headStart, "headStart is null");
        this.firstPause = requireNonNull(firstPause, "firstPause is null");
    }

    /// Fills a pool, on a thread of its own, until it is full, forgotten, or the thread
    /// interrupted.
    void run(Pools pools, Pool pool) {
        Duration pause = firstPause;
        try {
            Thread.sleep(headStart);
            while (pools.reserve(pool)) {
                if (makeOne(pools, pool) || pools.awaitConfiguration(pause)) {
                    pause = firstPause;
                } else {
                    pause = longer(pause);
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("Pool {} is no longer filled", pool.kind.key());
        } finally {
            pools.stopped(pool);
        }
    }

    private boolean makeOne(Pools pools, Pool pool) throws InterruptedException {
        String hypervisor = pool.kind.hypervisor();
        try {
            WaitingMachine made = maker.make(pools.base(), pool.kind, pool.like);
            counts.add(Counts.Event.REFILL, hypervisor);
            if (pools.add(pool, made)) {
                var _ = made.machine().exited().thenRun(() -> pools.died(pool, made));
            } else {
                endings.end(made);
            }
            return true;
        } catch (RuntimeException e) {
            counts.add(Counts.Event.FAILED_REFILL, hypervisor);
            pools.failed(pool, e);
            return false;
        }
    }

    private static Duration longer(Duration pause) {
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
    }
}
