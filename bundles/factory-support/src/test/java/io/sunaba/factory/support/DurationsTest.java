package io.sunaba.factory.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.metrics.Metric;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DurationsTest {
    @Test
    void bucketsCountAllUpToTheirBound() {
        Durations durations = new Durations("x_seconds", "X.", Map.of("factory", "template"));
        durations.add(Duration.ofMillis(5));
        durations.add(Duration.ofMillis(600));
        durations.add(Duration.ofMinutes(1));

        Metric.Histogram histogram = (Metric.Histogram) durations.metric();

        assertThat(histogram.count()).isEqualTo(3);
        assertThat(histogram.sum()).isEqualTo(60.605);
        assertThat(histogram.buckets())
                .contains(
                        new Metric.Bucket(0.005, 1),
                        new Metric.Bucket(0.5, 1),
                        new Metric.Bucket(1, 2),
                        new Metric.Bucket(30, 2));
    }
}
