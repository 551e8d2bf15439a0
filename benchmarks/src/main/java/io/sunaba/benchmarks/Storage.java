package io.sunaba.benchmarks;

import com.google.gson.GsonBuilder;
import io.sunaba.storage.fs.FileStorage;
import io.sunaba.storage.leveldb.LevelDbStorage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How many records of 1 KB a second the storage plugins make durable, next to what they are made
/// of: files, and a LevelDB database. No platform runs.
public final class Storage {
    private static final double AIM = 0.8;
    private static final int RECORDS = 1600;

    /// Rounds that do not count: the Java compilers are at work in the first ones.
    private static final int PRACTICE = 5;

    private static final List<Writers> WRITERS =
            List.of(Writers.platform(1), Writers.platform(16), Writers.virtual(16));

    private interface Opening {
        Store open(Path directory) throws Exception;
    }

    /// A plugin and its floor.
    private record Pair(String name, Opening plugin, Opening floor) {}

    private static final List<Pair> PAIRS =
            List.of(
                    new Pair(
                            "fs",
                            directory ->
                                    PluginStore.open(
                                            FileStorage.class,
                                            Map.of("directory", directory.toString())),
                            RawFiles::new),
                    new Pair(
                            "leveldb",
                            directory ->
                                    PluginStore.open(
                                            LevelDbStorage.class,
                                            Map.of(
                                                    "directory",
                                                    directory.toString(),
                                                    "engine",
                                                    "native")),
                            RawLevelDb::new));

    /// Rates of a plugin with so many writers, and of its floor.
    private record Row(String plugin, String writers, Series rates, Series floor) {
        double ratio() {
            return rates.median() / floor.median();
        }
    }

    private final Path directory;
    private final int rounds;
    private final List<Row> rows = new ArrayList<>();

    private Storage(Path directory, int rounds) {
        this.directory = directory;
        this.rounds = rounds;
    }

    /// Arguments: a directory on the disk in question, the file for the result, how many rounds.
    public static void main(String[] arguments) throws Exception {
        Storage storage = new Storage(Path.of(arguments[0]), Integer.parseInt(arguments[2]));
        for (Pair pair : PAIRS) {
            storage.measure(pair);
        }
        storage.report(System.out);
        storage.save(Path.of(arguments[1]));
        System.out.printf("%nwritten to %s%n", arguments[1]);
    }

    private void measure(Pair pair) throws Exception {
        try (Store plugin = pair.plugin().open(directory.resolve(pair.name()));
                Store floor = pair.floor().open(directory.resolve(pair.name() + "-floor"))) {
            for (Writers writers : WRITERS) {
                for (int round = 0; round < PRACTICE; round++) {
                    var _ = writers.rate(floor, RECORDS);
                    var _ = writers.rate(plugin, RECORDS);
                }
                Row row = new Row(pair.name(), writers.label(), new Series(), new Series());
                // Taken in turn, so that what else the machine does hits both alike.
                for (int round = 0; round < rounds; round++) {
                    row.floor().add(writers.rate(floor, RECORDS));
                    row.rates().add(writers.rate(plugin, RECORDS));
                }
                rows.add(row);
            }
        }
    }

    private void report(PrintStream out) {
        out.printf("%-8s %-10s %11s %11s %7s%n", "", "", "records/s", "floor", "/floor");
        for (Row row : rows) {
            out.printf(
                    "%-8s %-10s %11.0f %11.0f %7.2f%n",
                    row.plugin(),
                    row.writers(),
                    row.rates().median(),
                    row.floor().median(),
                    row.ratio());
        }
        boolean reached = rows.stream().allMatch(row -> row.ratio() >= AIM);
        out.printf("%naim: %.1f of the floor: %s%n", AIM, reached ? "reached" : "MISSED");
    }

    private void save(Path file) throws IOException {
        List<Map<String, Object>> result = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("plugin", row.plugin());
            values.put("writers", row.writers());
            values.put("recordsPerSecond", row.rates().values());
            values.put("floorRecordsPerSecond", row.floor().values());
            values.put("ratio", row.ratio());
            result.add(values);
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
    }
}
