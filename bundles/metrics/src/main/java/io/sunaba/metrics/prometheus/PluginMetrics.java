package io.sunaba.metrics.prometheus;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Labels;
import io.sunaba.error.RejectedException;
import io.sunaba.metrics.Metric;
import io.sunaba.metrics.MetricSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The numbers that plugins tell of themselves. What cannot be published is left out, and the rest
/// is not.
final class PluginMetrics {
    private static final int LONGEST = 256;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,199}");

    /// What the text format adds to names by itself.
    private static final Pattern RESERVED =
            Pattern.compile(".*_(total|created|bucket|count|sum|info)");

    private static final Pattern LABEL = Pattern.compile("(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,63}");

    private final Set<MetricSource> sources = ConcurrentHashMap.newKeySet();

    void add(MetricSource source) {
        sources.add(source);
    }

    void remove(MetricSource source) {
        sources.remove(source);
    }

    /// Returns the questions to the plugins.
    ///
    /// @param refused is told once of each plugin some of whose metrics were left out
    List<Scrape.Task> tasks(Consumer<Exception> refused) {
        return sources.stream()
                .map(source ->
                        new Scrape.Task(Part.PLUGINS, samples -> ask(source, samples, refused)))
                .toList();
    }

    private static void ask(MetricSource source, Samples samples, Consumer<Exception> refused) {
        RejectedException first = null;
        for (Metric metric : source.metrics()) {
            try {
                add(metric, samples);
            } catch (RejectedException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            refused.accept(first);
        }
    }

    private static void add(Metric metric, Samples samples) {
        String name = metric.name();
        require(NAME.matcher(name).matches(), name, "its name");
        Labels labels = labels(metric);
        switch (metric) {
            case Metric.Counter counter -> {
                require(name.endsWith("_total"), name, "the name of a counter");
                require(isCount(counter.value()), name, "its value");
                samples.add(name, counter.help(), counter.value(), labels);
            }
            case Metric.Gauge gauge -> {
                requireFree(name);
                samples.add(name, gauge.help(), gauge.value(), labels);
            }
            case Metric.Histogram histogram -> {
                requireFree(name);
                samples.addHistogram(
                        name, histogram.help(), buckets(histogram), histogram.sum(), labels);
            }
        }
    }

    private static boolean isCount(double value) {
        return value >= 0 && value < Double.POSITIVE_INFINITY;
    }

    private static void requireFree(String name) {
        require(!RESERVED.matcher(name).matches(), name, "its name's end");
    }

    private static Labels labels(Metric metric) {
        metric.labels()
                .forEach((label, value) -> {
                    require(LABEL.matcher(label).matches(), metric.name(), "a label's name");
                    require(!label.equals("le"), metric.name(), "the label 'le'");
                    require(value.length() <= LONGEST, metric.name(), "a label's length");
                });
        String[] names = metric.labels().keySet().toArray(String[]::new);
        String[] values = metric.labels().values().toArray(String[]::new);
        return Labels.of(names, values);
    }

    /// Makes of buckets that count all up to their bound buckets that count what is in them.
    private static ClassicHistogramBuckets buckets(Metric.Histogram histogram) {
        int size = histogram.buckets().size();
        double[] bounds = new double[size + 1];
        long[] counts = new long[size + 1];
        double bound = Double.NEGATIVE_INFINITY;
        long below = 0;
        for (int i = 0; i < size; i++) {
            Metric.Bucket bucket = histogram.buckets().get(i);
            require(
                    bucket.upperBound() > bound && bucket.count() >= below,
                    histogram.name(),
                    "the order of its buckets");
            bounds[i] = bucket.upperBound();
            counts[i] = bucket.count() - below;
            bound = bucket.upperBound();
            below = bucket.count();
        }
        require(
                bound < Double.POSITIVE_INFINITY && histogram.count() >= below,
                histogram.name(),
                "its last bucket");
        bounds[size] = Double.POSITIVE_INFINITY;
        counts[size] = histogram.count() - below;
        return ClassicHistogramBuckets.of(bounds, counts);
    }

    private static void require(boolean kept, String metric, String what) {
        if (!kept) {
            throw new RejectedException(
                    "metric '%s' cannot be published: %s breaks the rules".formatted(metric, what));
        }
    }
}
