package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Samples by family. The text format wants the samples of a family together, whoever took them.
///
/// A number whose name ends with `_total` is a counter, every other one a gauge. A family is of the
/// type of its first sample, others are left out; of two samples with the same labels the first
/// counts.
final class Samples {
    private static final String COUNTER = "_total";

    private enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private record Family(Type type, String help, Map<Labels, DataPointSnapshot> points) {}

    /// By name, without the `_total` of counters.
    private final Map<String, Family> families = new LinkedHashMap<>();

    void add(String family, String help, Number number, Labels labels) {
        requireNonNull(labels, "labels is null");
        double value = number.doubleValue();
        if (!family.endsWith(COUNTER)) {
            add(Type.GAUGE, family, help, new GaugeDataPointSnapshot(value, labels, null));
        } else if (value >= 0) {
            add(
                    Type.COUNTER,
                    family.substring(0, family.length() - COUNTER.length()),
                    help,
                    new CounterDataPointSnapshot(value, labels, null, 0));
        }
    }

    void add(String family, String help, Number number, String... labels) {
        add(family, help, number, Labels.of(labels));
    }

    /// @param buckets what is in each by itself, the one without an upper bound included
    void addHistogram(
            String family,
            String help,
            ClassicHistogramBuckets buckets,
            double sum,
            Labels labels) {
        add(
                Type.HISTOGRAM,
                family,
                help,
                new HistogramDataPointSnapshot(buckets, sum, labels, null, 0));
    }

    private void add(Type type, String name, String help, DataPointSnapshot point) {
        Family family =
                families.computeIfAbsent(name, _ -> new Family(type, help, new LinkedHashMap<>()));
        if (family.type == type) {
            family.points.putIfAbsent(point.getLabels(), point);
        }
    }

    void addAll(Samples others) {
        others.families.forEach((name, family) ->
                family.points
                        .values()
                        .forEach(point -> add(family.type, name, family.help, point)));
    }

    /// Returns the samples as text.
    String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create()
                    .write(
                            out,
                            new MetricSnapshots(
                                    families.entrySet().stream()
                                            .map(entry ->
                                                    snapshot(entry.getKey(), entry.getValue()))
                                            .toList()),
                            EscapingScheme.ALLOW_UTF8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static MetricSnapshot snapshot(String name, Family family) {
        MetricMetadata metadata = new MetricMetadata(name, family.help);
        return switch (family.type) {
            case COUNTER ->
                    new CounterSnapshot(metadata, points(family, CounterDataPointSnapshot.class));
            case GAUGE -> new GaugeSnapshot(metadata, points(family, GaugeDataPointSnapshot.class));
            case HISTOGRAM ->
                    new HistogramSnapshot(
                            metadata, points(family, HistogramDataPointSnapshot.class));
        };
    }

    private static <T> List<T> points(Family family, Class<T> type) {
        return family.points.values().stream().map(type::cast).toList();
    }
}
