package io.sunaba.metrics;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
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
/// A family whose name ends with `_total` is a counter, every other one a gauge. Of two samples
/// with the same labels the first counts.
final class Samples {
    private static final String COUNTER = "_total";

    private record Family(String help, Map<Labels, Double> values) {}

    private final Map<String, Family> families = new LinkedHashMap<>();

    void add(String family, String help, Number number, Labels labels) {
        requireNonNull(labels, "labels is null");
        double value = number.doubleValue();
        if (family.endsWith(COUNTER) && !(value >= 0)) {
            return;
        }
        families.computeIfAbsent(family, _ -> new Family(help, new LinkedHashMap<>()))
                .values()
                .putIfAbsent(labels, value);
    }

    void add(String family, String help, Number number, String... labels) {
        add(family, help, number, Labels.of(labels));
    }

    void addAll(Samples others) {
        others.families.forEach((name, family) ->
                family.values()
                        .forEach((labels, value) -> add(name, family.help(), value, labels)));
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
        return name.endsWith(COUNTER)
                ? counter(name.substring(0, name.length() - COUNTER.length()), family)
                : gauge(name, family);
    }

    private static MetricSnapshot counter(String name, Family family) {
        List<CounterDataPointSnapshot> points =
                family.values().entrySet().stream()
                        .map(entry ->
                                CounterDataPointSnapshot.builder()
                                        .value(entry.getValue())
                                        .labels(entry.getKey())
                                        .build())
                        .toList();
        return new CounterSnapshot(new MetricMetadata(name, family.help()), points);
    }

    private static MetricSnapshot gauge(String name, Family family) {
        List<GaugeDataPointSnapshot> points =
                family.values().entrySet().stream()
                        .map(entry ->
                                GaugeDataPointSnapshot.builder()
                                        .value(entry.getValue())
                                        .labels(entry.getKey())
                                        .build())
                        .toList();
        return new GaugeSnapshot(new MetricMetadata(name, family.help()), points);
    }
}
