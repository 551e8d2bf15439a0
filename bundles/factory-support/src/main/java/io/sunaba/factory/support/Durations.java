package io.sunaba.factory.support;

import static java.util.Objects.requireNonNull;

import io.sunaba.metrics.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How long something takes, as a histogram in seconds.
public final class Durations {
    private static final double[] BOUNDS = {
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
    };
    private static final double NANOS = 1e9;

    private final String name;
    private final String help;
    private final Map<String, String> labels;
    private final long[] counts = new long[BOUNDS.length];
    private double sum;
    private long count;

    public Durations(String name, String help, Map<String, String> labels) {
        this.name = requireNonNull(name, "name is null");
        this.help = requireNonNull(help, "help is null");
        this.labels = Map.copyOf(labels);
    }

    public synchronized void add(Duration duration) {
        double seconds = duration.toNanos() / NANOS;
        for (int i = 0; i < BOUNDS.length; i++) {
            if (seconds <= BOUNDS[i]) {
                counts[i]++;
            }
        }
        sum += seconds;
        count++;
    }

    public synchronized Metric metric() {
        List<Metric.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < BOUNDS.length; i++) {
            buckets.add(new Metric.Bucket(BOUNDS[i], counts[i]));
        }
        return new Metric.Histogram(name, help, labels, buckets, sum, count);
    }
}
