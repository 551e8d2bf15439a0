package io.sunaba.factory.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.factory.support.MachineClass;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.fake.FakeMachines;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens as time goes by.
@Timeout(60)
class PoolsTest {
    private static final HypervisorConfig LIKE =
            new HypervisorConfig(
                    "fake",
                    "sandbox/one",
                    new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "quiet", "build"),
                    1,
                    1,
                    1,
                    1,
                    false,
                    Duration.ofSeconds(5));

    private final FakeMachines fakes = new FakeMachines("cache/");
    private final MachineClass kind = MachineClass.of(LIKE, fakes.capabilities());
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1);
    private final Endings endings = new Endings(fakes);
    private final Pools pools =
            new Pools(
                    new CacheConfig("base", "kata", 2, 1 << 20, Duration.ofMinutes(10)),
                    new Filling(
                            new Maker(fakes, new Ownership("cache"), clock::get),
                            endings,
                            new Counts(),
                            Duration.ZERO,
                            Duration.ofMillis(1)),
                    endings,
                    clock::get);

    @AfterEach
    void close() {
        pools.close();
        assertThat(fakes.machines).isEmpty();
    }

    private void pass(Duration duration) {
        clock.addAndGet(duration.toNanos());
        pools.tidy();
    }

    private void ask() {
        pools.take(kind, LIKE).ifPresent(new Endings(fakes)::end);
        pools.fill(kind);
        awaitFull();
    }

    private void awaitFull() {
        while (pools.list().getFirst().waiting() < 2) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    @Test
    void machineThatHasWaitedForLongIsReplaced() {
        ask();
        Set<String> first = Set.copyOf(fakes.machines.keySet());
        pass(Duration.ofMinutes(6));
        ask();
        assertThat(fakes.machines.keySet()).containsAnyElementsOf(first);
        pass(Duration.ofMinutes(6));
        awaitFull();

        assertThat(fakes.machines.keySet()).doesNotContainAnyElementsOf(first).hasSize(2);
    }

    @Test
    void poolThatNobodyAsksForIsGivenUp() {
        ask();
        pass(Duration.ofMinutes(9));
        assertThat(pools.list()).hasSize(1);
        pass(Duration.ofMinutes(2));

        assertThat(pools.list()).isEmpty();
        assertThat(fakes.machines).isEmpty();
    }
}
