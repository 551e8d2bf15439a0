package io.sunaba.factory.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.hypervisor.UsageMetrics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class RestTest {
    private static MachineUsage usage(long cpuMillis) {
        return new MachineUsage(Duration.ofMillis(cpuMillis), 0, 0, 0, 0, List.of());
    }

    @Test
    void isReachedWhenNothingIsUsedForLong() throws Exception {
        Queue<Long> used =
                new ArrayDeque<>(List.of(100L, 180L, 190L, 260L, 260L, 270L, 280L, 999L));
        assertThat(Rest.await(() -> usage(used.remove()), Duration.ofMinutes(1))).isTrue();
        assertThat(used).containsExactly(999L);
    }

    @Test
    void isNotWaitedForForEver() throws Exception {
        UsageMetrics busy = () -> usage(System.nanoTime() / 1_000_000);
        assertThat(Rest.await(busy, Duration.ofMillis(1))).isFalse();
    }
}
