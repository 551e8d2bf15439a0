package io.sunaba.shell.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MeterTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void timeBecomesPercent() {
        Meter meter = new Meter();
        assertThat(meter.percent("a", Duration.ofMillis(500), 0)).isNull();
        assertThat(meter.percent("a", Duration.ofMillis(1500), 2 * SECOND)).isEqualTo(50.0);
        assertThat(meter.percent("a", Duration.ofMillis(4500), 3 * SECOND)).isEqualTo(300.0);
        // Booted again.
        assertThat(meter.percent("a", Duration.ofMillis(10), 4 * SECOND)).isNull();
        assertThat(meter.percent("a", Duration.ofMillis(20), 5 * SECOND)).isEqualTo(1.0);
    }

    @Test
    void whoIsGoneIsForgotten() {
        Meter meter = new Meter();
        meter.percent("a", Duration.ZERO, 0);
        meter.forgetOthers();
        meter.percent("b", Duration.ZERO, SECOND);
        meter.forgetOthers();
        assertThat(meter.percent("a", Duration.ofSeconds(1), 2 * SECOND)).isNull();
        assertThat(meter.percent("b", Duration.ofSeconds(1), 2 * SECOND)).isEqualTo(100.0);
    }
}
