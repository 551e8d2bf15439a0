package io.sunaba.metrics;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/// A number with a name, after the data model of Prometheus: metrics of one name are of one type
/// and differ in their labels.
public sealed interface Metric {
    /// Returns the name, such as `sunaba_template_clones_total`: letters, digits and underscores,
    /// base units (seconds, bytes) at the end, `_total` on counters alone.
    String name();

    /// Returns what it means, in one sentence.
    String help();

    /// Returns what tells it from the others of its name.
    Map<String, String> labels();

    /// A number that only grows while the plugin runs.
    ///
    /// @param value 0 or more
    record Counter(String name, String help, Map<String, String> labels, double value)
            implements Metric {
        public Counter {
            requireNonNull(name, "name is null");
            requireNonNull(help, "help is null");
            labels = Map.copyOf(labels);
        }
    }

    /// A number that goes up and down.
    record Gauge(String name, String help, Map<String, String> labels, double value)
            implements Metric {
        public Gauge {
            requireNonNull(name, "name is null");
            requireNonNull(help, "help is null");
            labels = Map.copyOf(labels);
        }
    }

    /// How measured values are spread.
    ///
    /// @param buckets by rising upper bound; what is above the last is in `count` alone
    /// @param sum of all values
    /// @param count of all values
    record Histogram(
            String name,
            String help,
            Map<String, String> labels,
            List<Bucket> buckets,
            double sum,
            long count)
            implements Metric {
        public Histogram {
            requireNonNull(name, "name is null");
            requireNonNull(help, "help is null");
            labels = Map.copyOf(labels);
            buckets = List.copyOf(buckets);
        }
    }

    /// Values up to a bound.
    ///
    /// @param upperBound the largest value that counts
    /// @param count how many values were at most that: of all of them, not of this bucket alone
    record Bucket(double upperBound, long count) {}
}
