package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How long it takes from asking for a sandbox to having one, next to what the hypervisor itself
/// takes.
public final class Boot {
    private final Shell shell;
    private final Path rootfs;
    private final int rounds;
    private final Map<String, Series> series = new LinkedHashMap<>();

    private Boot(Shell shell, Path rootfs, int rounds) {
        this.shell = shell;
        this.rootfs = rootfs;
        this.rounds = rounds;
    }

    /// Arguments: the data directory of a running platform, a root file system with busybox, the
    /// file for the result, how many rounds.
    public static void main(String[] arguments) throws Exception {
        Boot boot =
                new Boot(
                        new Shell(Path.of(arguments[0])),
                        Path.of(arguments[1]),
                        Integer.parseInt(arguments[3]));
        boot.measure(System.out);
        boot.report(System.out, Path.of(arguments[2]));
    }

    private void measure(PrintStream progress) throws IOException, InterruptedException {
        shell.run("sandbox:create --id bench");
        BareMachine bare = BareMachine.like(shell.runDirectory());
        shell.run("sandbox:delete bench");
        run();
        // Taken in turn, so that what else the machine does hits all alike.
        for (int round = 1; round <= rounds; round++) {
            add("floor", bare.boot());
            add("create", create());
            add("run", run());
            progress.printf("round %d of %d%n", round, rounds);
        }
    }

    private void add(String name, long nanos) {
        series.computeIfAbsent(name, _ -> new Series()).add(nanos);
    }

    /// A sandbox without containers; and in it, a container to its first byte of output.
    private long create() throws IOException {
        long create = shell.run("sandbox:create --id bench").totalNanos();
        shell.run("sandbox:start bench");
        long start = System.nanoTime();
        shell.run("container:create bench c --rootfs " + rootfs + " -- /bin/echo hello");
        shell.run("container:start bench c");
        long before = System.nanoTime();
        long firstByte = shell.run("container:attach bench c").firstByteNanos();
        add("container", before - start + firstByte);
        shell.run("sandbox:delete --force bench");
        return create;
    }

    private long run() throws IOException {
        return shell.run("sandbox:run --rootfs " + rootfs + " -- /bin/true").totalNanos();
    }

    private double median(String name) {
        return requireNonNull(series.get(name), name).median();
    }

    private double ratio(String name) {
        return median(name) / median("floor");
    }

    private void report(PrintStream out, Path file) throws IOException {
        Map<String, String> meanings =
                Map.of(
                        "floor", "the hypervisor alone: exec to the agent's first reply",
                        "create", "sandbox:create without containers",
                        "container", "in a sandbox: create, start, first byte of output",
                        "run", "sandbox:run /bin/true, all in all");
        out.printf("%n%-10s %9s %7s   %s%n", "", "median", "/floor", "");
        for (String name : List.of("floor", "create", "container", "run")) {
            out.printf(
                    "%-10s %7.3f s %7.2f   %s%n",
                    name, median(name), ratio(name), meanings.get(name));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        series.forEach((name, times) ->
                result.put(
                        name, Map.of("medianSeconds", times.median(), "seconds", times.values())));
        result.put("create/floor", ratio("create"));
        result.put("run/floor", ratio("run"));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
        out.printf("%nwritten to %s%n", file);
    }
}
