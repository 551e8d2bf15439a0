package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What [Start] measured, as a table, as JSON and as a picture.
final class StartReport {
    static final String BARE = "bare restores";
    static final String MACHINES = "machines";
    static final String PLATFORM = "platform";

    private static final double MEBI = 1024 * 1024;
    private static final double MOST_CACHE_SECONDS = 0.060;
    private static final double LEAST_QUICKER = 12;
    private static final double MOST_PRIVATE_MEBI = 8;
    private static final double LEAST_SAVED = 0.6;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final String RUN = "sandbox:run /bin/true";
    private static final String LAST = "at once, until the last replied";
    private static final String AT_ONCE = "sandbox:create --factory template at once";

    static final Measure BOOT =
            Measure.floor("bare boot", "the hypervisor alone: exec to the agent's first reply");
    static final Measure NEW = Measure.next("create new", "sandbox:create --factory new", BOOT, 0);
    static final Measure RUN_NEW = Measure.next("run new", RUN, BOOT, 0);
    static final Measure RESTORE =
            Measure.floor(
                    "bare restore", "the hypervisor alone, going on from the template's state");
    static final Measure TEMPLATE =
            Measure.next("create template", "sandbox:create --factory template", RESTORE, 1.5);
    static final Measure RUN_TEMPLATE = Measure.next("run template", RUN, RESTORE, 0);
    static final Measure CACHE =
            Measure.next("create cache", "sandbox:create --factory cache", RESTORE, 0);
    static final Measure RUN_CACHE = Measure.next("run cache", RUN, RESTORE, 0);
    static final Measure RESTORE_TWO = Measure.floor("2 bare restores", LAST);
    static final Measure TEMPLATE_TWO = Measure.next("2 templates", AT_ONCE, RESTORE_TWO, 0);
    static final Measure RESTORE_MANY = Measure.floor("8 bare restores", LAST);
    static final Measure TEMPLATE_MANY = Measure.next("8 templates", AT_ONCE, RESTORE_MANY, 1.3);

    private final Comparison times =
            new Comparison(
                    Comparison.Unit.SECONDS,
                    List.of(
                            BOOT,
                            NEW,
                            RUN_NEW,
                            RESTORE,
                            TEMPLATE,
                            RUN_TEMPLATE,
                            CACHE,
                            RUN_CACHE,
                            RESTORE_TWO,
                            TEMPLATE_TWO,
                            RESTORE_MANY,
                            TEMPLATE_MANY));
    private final Map<String, List<MachineMemory>> memory = new LinkedHashMap<>();
    private final Map<String, Series> processor = new LinkedHashMap<>();

    void add(Measure measure, long nanos) {
        times.add(measure, nanos);
    }

    /// Takes processor time that eight at once took.
    void processor(String whose, long nanos) {
        processor.computeIfAbsent(whose, _ -> new Series()).add(nanos);
    }

    void memory(String factory, List<MachineMemory> machines) {
        memory.put(factory, machines);
    }

    void print(PrintStream out) {
        times.print(out);
        out.println();
        facts().forEach((name, fact) -> out.println(name + ": " + fact));
    }

    /// What there are aims for, apart from the ratios to the floors.
    private Map<String, String> facts() {
        double quicker = times.median(NEW) / times.median(TEMPLATE);
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
                        .formatted(1e3 * times.median(CACHE), 1e3 * MOST_CACHE_SECONDS));
        double machines = processorSeconds(MACHINES);
        double platform = processorSeconds(PLATFORM);
        facts.put(
                "processor time of eight at once",
                "%.2f s bare restores; from a template %.2f s, and %.2f s the platform"
                        .formatted(processorSeconds(BARE), machines, platform));
        facts.put(
                "eight from a template take, of that time divided among %d processors"
                        .formatted(PROCESSORS),
                "%.2f x"
                        .formatted(
                                times.median(TEMPLATE_MANY) * PROCESSORS / (machines + platform)));
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
        Map<String, Object> result = times.toMap();
        result.put("memory", memory);
        Map<String, List<Double>> processorSeconds = new LinkedHashMap<>();
        processor.forEach((whose, series) -> processorSeconds.put(whose, series.values()));
        result.put("processorSeconds", processorSeconds);
        result.put("facts", facts());
        Files.createDirectories(directory);
        Path json = directory.resolve("start.json");
        Files.writeString(
                json, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
        Path picture = directory.resolve("start.svg");
        List<Plot.Bar> bars = new ArrayList<>();
        times.measures()
                .forEach(measure ->
                        bars.add(
                                new Plot.Bar(
                                        measure.title(),
                                        times.median(measure),
                                        measure.isFloor())));
        Files.writeString(picture, Plot.of("Seconds until a sandbox is there", bars));
        out.printf("%nwritten to %s and %s%n", json, picture);
    }

    private double processorSeconds(String whose) {
        return requireNonNull(processor.get(whose), whose).median();
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
