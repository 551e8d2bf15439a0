package io.sunaba.benchmarks;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/// Each bundle of the platform is replaced in turn while twenty sandboxes serve: how long
/// operations wait for it, and whether one fails or a byte of output is lost or doubled.
public final class Swap {
    private static final List<String> BUNDLES =
            List.of(
                    "io.sunaba.hypervisor.qemu",
                    "io.sunaba.storage.fs",
                    "io.sunaba.storage.leveldb",
                    "io.sunaba.factory.template",
                    "io.sunaba.factory.cache",
                    "io.sunaba.agent",
                    "io.sunaba.core",
                    "io.sunaba.shell");

    /// Counts for ever, in bursts, so that output is under way at any moment; without a process of
    /// its own for each pause, which would keep a translated guest busier than all else here.
    private static final String COUNT =
            "mkfifo /tmp/never; exec 3<>/tmp/never; n=0; while :; do m=0;"
                    + " while [ $m -lt 20 ]; do echo $n; n=$((n+1)); m=$((m+1)); done;"
                    + " read -t 2 x <&3; done";

    private static final String STORAGE = "io.sunaba.storage.";
    private static final Duration BETWEEN = Duration.ofSeconds(4);
    private static final Duration STARTING = Duration.ofMinutes(2);
    private static final double MOST_SECONDS = 1;
    private static final Pattern AWAY = Pattern.compile("away for (\\d+) ms");

    /// What was seen while one bundle was replaced.
    ///
    /// @param awaySeconds how long it was away; 0 for none
    /// @param stallSeconds how long the slowest operation took
    /// @param slowest what kind of operation that was
    /// @param typicalSeconds the median
    record Row(
            String bundle,
            double awaySeconds,
            double stallSeconds,
            String slowest,
            double typicalSeconds,
            int operations,
            int failures) {}

    private final Shell shell;
    private final Path system;
    private final Path directory;
    private final List<String> sandboxes = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private String inUse = "fs";

    private Swap(Path data, Path system, Path directory, int count) {
        this.shell = new Shell(data);
        this.system = system;
        this.directory = directory;
        for (int i = 1; i <= count; i++) {
            sandboxes.add("swap-" + i);
        }
    }

    /// Arguments: the data directory of a platform that runs, the directory of its bundles, a root
    /// file system with busybox, an empty directory, the file for the result, how many sandboxes,
    /// how many rounds.
    public static void main(String[] arguments) throws Exception {
        Swap swap =
                new Swap(
                        Path.of(arguments[0]),
                        Path.of(arguments[1]),
                        Path.of(arguments[3]),
                        Integer.parseInt(arguments[5]));
        try {
            swap.create(Path.of(arguments[2]));
            swap.measure(Integer.parseInt(arguments[6]));
        } finally {
            swap.delete();
        }
        swap.report(Path.of(arguments[4]));
        System.exit(swap.problems.isEmpty() ? 0 : 1);
    }

    private void create(Path rootfs) throws IOException {
        Conversation.run(shell, "template:create --memory 128M");
        for (String sandbox : sandboxes) {
            Conversation.run(
                    shell,
                    "sandbox:create --id %s --memory 128M --factory template".formatted(sandbox));
            Conversation.run(
                    shell,
                    "container:create %s count --rootfs %s -- /bin/sh -c '%s'"
                            .formatted(sandbox, rootfs, COUNT));
            Conversation.run(
                    shell,
                    "container:create %s echo --rootfs %s -- cat".formatted(sandbox, rootfs));
            Conversation.run(shell, "sandbox:start " + sandbox);
        }
        System.out.printf("%d sandboxes run%n", sandboxes.size());
    }

    private void measure(int rounds) throws IOException, InterruptedException {
        List<List<Path>> rebuilt = rebuild(rounds);
        List<Numbers> readers = new ArrayList<>();
        for (String sandbox : sandboxes) {
            readers.add(new Numbers(shell, sandbox, "count"));
        }
        Load load = new Load(shell, sandboxes);
        try {
            awaitMore(readers);
            // A guest that is translated, and a young JVM, are slow in what they do for the first
            // time: of this round only what fails counts.
            note("(first time)", 0, untilAllIsQuick(load));
            replaceEach(rebuilt.getFirst(), load);
            rows.clear();
            note("(none)", 0, untilAllIsQuick(load));
            for (List<Path> round : rebuilt.subList(1, rebuilt.size())) {
                replaceEach(round, load);
            }
            awaitMore(readers);
            int hanging = load.end();
            if (hanging > 0) {
                problems.add("%d operations have not ended after a minute".formatted(hanging));
            }
            note("(end)", 0, load.take());
        } finally {
            load.close();
            for (Numbers reader : readers) {
                reader.close();
                problems.addAll(reader.faults());
            }
        }
        System.out.printf(
                "%d numbers read, %d lost, doubled or out of order%n",
                readers.stream().mapToLong(Numbers::count).sum(),
                readers.stream().mapToInt(reader -> reader.faults().size()).sum());
    }

    /// The bundles under other versions, for the first time and for each round. They are made
    /// ahead: packing them takes the processors that the platform would need.
    private List<List<Path>> rebuild(int rounds) throws IOException {
        List<List<Path>> rebuilt = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            List<Path> jars = new ArrayList<>();
            for (String bundle : BUNDLES) {
                Path jar = system.resolve(bundle + ".jar");
                jars.add(RepackedBundle.write(jar, directory, "swap" + round));
            }
            rebuilt.add(jars);
        }
        return rebuilt;
    }

    private void replaceEach(List<Path> jars, Load load) throws IOException, InterruptedException {
        for (int i = 0; i < BUNDLES.size(); i++) {
            String bundle = BUNDLES.get(i);
            Path jar = jars.get(i);
            if (bundle.startsWith(STORAGE)) {
                // One that holds no records would not be missed.
                use(bundle.substring(STORAGE.length()));
            }
            double away = swap(bundle, jar);
            note(bundle, away, untilAllIsQuick(load));
        }
    }

    private void use(String storage) throws IOException {
        if (!storage.equals(inUse)) {
            Conversation.run(shell, "storage:use " + storage);
            inUse = storage;
        }
    }

    /// What is done for some time, and then until nothing takes long any more.
    private static List<Load.Done> untilAllIsQuick(Load load) throws InterruptedException {
        long until = System.nanoTime() + STARTING.toNanos();
        List<Load.Done> all = new ArrayList<>();
        List<Load.Done> last;
        do {
            Thread.sleep(BETWEEN);
            last = load.take();
            all.addAll(last);
        } while (last.stream().anyMatch(each -> each.seconds() > MOST_SECONDS)
                && System.nanoTime() < until);
        return all;
    }

    private static void awaitMore(List<Numbers> readers) throws InterruptedException, IOException {
        List<Long> before = readers.stream().map(Numbers::count).toList();
        long until = System.nanoTime() + STARTING.toNanos();
        for (int i = 0; i < readers.size(); i++) {
            while (readers.get(i).count() < before.get(i) + 40) {
                if (System.nanoTime() > until) {
                    throw new IOException("no more output comes from sandbox " + (i + 1));
                }
                Thread.sleep(10);
            }
        }
    }

    private double swap(String bundle, Path jar) throws IOException {
        String told = Conversation.run(shell, "plugin:swap %s %s".formatted(bundle, jar));
        System.out.println(told.strip());
        Matcher away = AWAY.matcher(told);
        if (!away.find()) {
            throw new IOException("unexpected: " + told);
        }
        return Integer.parseInt(away.group(1)) / 1e3;
    }

    private void note(String what, double away, List<Load.Done> done) {
        List<String> failures = new ArrayList<>();
        Series times = new Series();
        for (Load.Done operation : done) {
            times.add(operation.seconds());
            if (operation.failure() != null) {
                failures.add(operation.failure());
            }
        }
        problems.addAll(failures);
        if (!done.isEmpty()) {
            Load.Done slowest =
                    done.stream().max(Comparator.comparingDouble(Load.Done::seconds)).orElseThrow();
            rows.add(
                    new Row(
                            what,
                            away,
                            slowest.seconds(),
                            slowest.kind(),
                            times.median(),
                            done.size(),
                            failures.size()));
        }
    }

    private void delete() {
        for (String sandbox : sandboxes) {
            try {
                Conversation.run(shell, "sandbox:delete --force " + sandbox);
            } catch (IOException e) {
                System.err.println(e.getMessage());
            }
        }
    }

    private static void compare(String what, DoubleStream seconds) {
        double longest = seconds.max().orElse(0);
        System.out.printf(
                "%s: %.3f s (aim: %.0f s or less): %s%n",
                what, longest, MOST_SECONDS, longest <= MOST_SECONDS ? "reached" : "MISSED");
    }

    private void report(Path file) throws IOException {
        System.out.printf(
                "%n%-28s %9s %16s %9s %11s %9s%n",
                "replaced", "away", "longest", "median", "operations", "failed");
        for (Row row : rows) {
            System.out.printf(
                    "%-28s %9s %7.3f s %-6s %7.3f s %11d %9d%n",
                    row.bundle,
                    row.awaySeconds == 0 ? "" : "%.3f s".formatted(row.awaySeconds),
                    row.stallSeconds,
                    row.slowest,
                    row.typicalSeconds,
                    row.operations,
                    row.failures);
        }
        compare("longest operation", rows.stream().mapToDouble(Row::stallSeconds));
        compare("longest absence of a bundle", rows.stream().mapToDouble(Row::awaySeconds));
        problems.stream().limit(20).forEach(problem -> System.out.println("PROBLEM " + problem));
        System.out.printf("%d problems%n", problems.size());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("rows", rows);
        result.put("problems", problems);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
        System.out.printf("%nwritten to %s%n", file);
    }
}
