package io.sunaba.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// Times of one thing, measured several times.
final class Series {
    private final List<Double> seconds = new ArrayList<>();

    void add(long nanos) {
        seconds.add(nanos / 1e9);
    }

    double median() {
        List<Double> sorted = seconds.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /// The smallest time that so many of a hundred do not exceed.
    double percentile(int percent) {
        List<Double> sorted = seconds.stream().sorted().toList();
        return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1);
    }

    List<Double> seconds() {
        return List.copyOf(seconds);
    }
}
