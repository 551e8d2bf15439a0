package io.sunaba.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// One thing, measured several times.
final class Series {
    private final List<Double> values = new ArrayList<>();

    /// A time.
    void add(long nanos) {
        add(nanos / 1e9);
    }

    void add(double value) {
        values.add(value);
    }

    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /// The smallest value that so many of a hundred do not exceed.
    double percentile(int percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1);
    }

    List<Double> values() {
        return List.copyOf(values);
    }
}
