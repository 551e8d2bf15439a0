package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What [Start] measured, as a table, as JSON and as a picture.
final class StartReport {
    private static final double MEBI = 1024 * 1024;
    private static final double MOST_CACHE_SECONDS = 0.060;
    private static final double LEAST_QUICKER = 12;
    private static final double MOST_PRIVATE_MEBI = 8;
    private static final double LEAST_SAVED = 0.6;

    private final Map<Measure, Series> times = new EnumMap<>(Measure.class);
    private final Map<String, List<MachineMemory>> memory = new LinkedHashMap<>();

    void add(Measure measure, long nanos) {
        times.computeIfAbsent(measure, _ -> new Series()).add(nanos);
    }

    void memory(String factory, List<MachineMemory> machines) {
        memory.put(factory, machines);
    }

    void print(PrintStream out) {
        out.printf("%n%-16s %9s %7s %5s   %s%n", "", "median", "/floor", "aim", "");
        for (Measure measure : times.keySet()) {
            out.printf(
                    "%-16s %7.3f s %7.2f %5s   %s%n",
                    measure.title,
                    median(measure),
                    ratio(measure),
                    measure.aim == 0 ? "" : "%.1f".formatted(measure.aim),
                    measure.meaning);
        }
        out.println();
        facts().forEach((name, fact) -> out.println(name + ": " + fact));
    }

    /// What there are aims for, apart from the ratios to the floors.
    private Map<String, String> facts() {
        double quicker = median(Measure.NEW) / median(Measure.TEMPLATE);
        double most =
                memory("template").stream().mapToDouble(this::privateMebi).max().orElseThrow();
        double saved = 1 - proportionalMebi("template") / proportionalMebi("new");
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "a template is quicker than a cold boot by",
                "%.1f (aim: %.0f or more)".formatted(quicker, LEAST_QUICKER));
        facts.put(
                "a sandbox from the cache takes",
                "%.0f ms (aim: %.0f or less)"
                        .formatted(1e3 * median(Measure.CACHE), 1e3 * MOST_CACHE_SECONDS));
        facts.put(
                "guest memory that a clone has for itself, at most",
                "%.1f MiB (aim: %.0f or less)".formatted(most, MOST_PRIVATE_MEBI));
        facts.put(
                "memory (PSS) of eight machines",
                "%.0f MiB from a template, %.0f MiB booted: %.0f %% less (aim: %.0f or more)"
                        .formatted(
                                proportionalMebi("template"),
                                proportionalMebi("new"),
                                100 * saved,
                                100 * LEAST_SAVED));
        return facts;
    }

    /// Writes `start.json` and `start.svg`.
    void save(Path directory, PrintStream out) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        times.forEach((measure, series) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("medianSeconds", series.median());
            if (!measure.isFloor()) {
                entry.put("floor", measure.floor.title);
                entry.put("ratio", ratio(measure));
            }
            entry.put("seconds", series.values());
            result.put(measure.title, entry);
        });
        result.put("memory", memory);
        result.put("facts", facts());
        Files.createDirectories(directory);
        Path json = directory.resolve("start.json");
        Files.writeString(
                json, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
        Path picture = directory.resolve("start.svg");
        List<Plot.Bar> bars = new ArrayList<>();
        times.keySet()
                .forEach(measure ->
                        bars.add(new Plot.Bar(measure.title, median(measure), measure.isFloor())));
        Files.writeString(picture, Plot.of("Seconds until a sandbox is there", bars));
        out.printf("%nwritten to %s and %s%n", json, picture);
    }

    private double median(Measure measure) {
        return requireNonNull(times.get(measure), measure.title).median();
    }

    private double ratio(Measure measure) {
        return median(measure) / median(measure.floor);
    }

    private List<MachineMemory> memory(String factory) {
        return requireNonNull(memory.get(factory), factory);
    }

    private double privateMebi(MachineMemory machine) {
        return machine.guestPrivate() / MEBI;
    }

    private double proportionalMebi(String factory) {
        return memory(factory).stream().mapToLong(MachineMemory::proportional).sum() / MEBI;
    }
}
