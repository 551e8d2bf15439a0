package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was measured, next to its floors: as a table, and for JSON.
final class Comparison {
    /// What is measured in.
    enum Unit {
        SECONDS("%7.3f s", "%.1f"),
        MEGABYTES_PER_SECOND("%7.1f MB/s", "%.2f");

        private final String value;
        private final String aim;

        Unit(String value, String aim) {
            this.value = value;
            this.aim = aim;
        }
    }

    private final Unit unit;
    private final Map<Measure, Series> series = new LinkedHashMap<>();

    /// @param measures in the order of the table
    Comparison(Unit unit, List<Measure> measures) {
        this.unit = unit;
        measures.forEach(measure -> series.put(measure, new Series()));
    }

    /// Adds a time.
    void add(Measure measure, long nanos) {
        of(measure).add(nanos);
    }

    void add(Measure measure, double value) {
        of(measure).add(value);
    }

    double median(Measure measure) {
        return of(measure).median();
    }

    double ratio(Measure measure) {
        @Nullable Measure floor = measure.floor();
        return floor == null ? 1 : median(measure) / median(floor);
    }

    private Series of(Measure measure) {
        return requireNonNull(series.get(measure), measure.title());
    }

    /// The measures, in their order.
    List<Measure> measures() {
        return List.copyOf(series.keySet());
    }

    void print(PrintStream out) {
        int width =
                series.keySet().stream().mapToInt(each -> each.title().length()).max().orElse(0);
        String row = "%-" + (width + 1) + "s%" + unit.value.formatted(0.0).length() + "s%8s %5s";
        out.printf("%n" + row + "%n", "", "median", "/floor", "aim");
        for (Measure measure : series.keySet()) {
            out.printf(
                    row + "   %s%n",
                    measure.title(),
                    unit.value.formatted(median(measure)),
                    "%.2f".formatted(ratio(measure)),
                    measure.aim() == 0 ? "" : unit.aim.formatted(measure.aim()),
                    measure.meaning());
        }
    }

    /// Returns all by their titles, for JSON.
    Map<String, Object> toMap() {
        boolean times = unit == Unit.SECONDS;
        Map<String, Object> result = new LinkedHashMap<>();
        series.forEach((measure, values) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put(times ? "medianSeconds" : "medianMegabytesPerSecond", values.median());
            @Nullable Measure floor = measure.floor();
            if (floor != null) {
                entry.put("floor", floor.title());
                entry.put("ratio", ratio(measure));
            }
            entry.put(times ? "seconds" : "megabytesPerSecond", values.values());
            result.put(measure.title(), entry);
        });
        return result;
    }
}
