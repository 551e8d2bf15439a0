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
import java.util.concurrent.CompletableFuture;

/// How long it takes after a start of the platform until ten live sandboxes are connected again,
/// next to one: from the start of the process to when the agent of each has answered a call.
public final class Reconnect {
    private static final int MANY = 10;
    private static final double MOST_OVER_ONE_SECONDS = 1;

    /// A platform with sandboxes that run while it does not.
    private record Platform(Installation installation, int sandboxes) {
        private void control(String command) throws IOException, InterruptedException {
            installation.control(command);
        }

        private Shell shell() {
            return installation.shell();
        }

        void create(Path rootfs) throws IOException, InterruptedException {
            control("start");
            for (int i = 0; i < sandboxes; i++) {
                shell().run("sandbox:create --id s%d --memory 128M".formatted(i));
                shell().run(
                                "container:create s%d c --rootfs %s -- sleep 1000000"
                                        .formatted(i, rootfs));
                shell().run("sandbox:start s" + i);
            }
        }

        /// Returns after what time it was ready, and all were connected.
        long[] restart() throws IOException, InterruptedException {
            control("stop");
            long start = System.nanoTime();
            control("start");
            long ready = System.nanoTime() - start;
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            for (int i = 0; i < sandboxes; i++) {
                String line = "interface:list s%d".formatted(i);
                calls.add(CompletableFuture.runAsync(() -> call(line), Thread::startVirtualThread));
            }
            calls.forEach(CompletableFuture::join);
            return new long[] {ready, System.nanoTime() - start};
        }

        private void call(String line) {
            try {
                shell().run(line);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        void delete() throws IOException, InterruptedException {
            control("start");
            for (int i = 0; i < sandboxes; i++) {
                try {
                    shell().run("sandbox:delete --force s" + i);
                } catch (IOException e) {
                    System.err.println(e.getMessage());
                }
            }
            control("stop");
        }
    }

    private final Map<String, Series> series = new LinkedHashMap<>();

    private Reconnect() {}

    /// Arguments: the program `sunaba`, an empty directory, a root file system with busybox, the
    /// file for the result, how many rounds.
    public static void main(String[] arguments) throws Exception {
        Path program = Path.of(arguments[0]);
        Path directory = Path.of(arguments[1]);
        Platform one = new Platform(new Installation(program, directory.resolve("one")), 1);
        Platform many = new Platform(new Installation(program, directory.resolve("many")), MANY);
        Reconnect reconnect = new Reconnect();
        try {
            one.create(Path.of(arguments[2]));
            many.create(Path.of(arguments[2]));
            reconnect.measure(one, many, Integer.parseInt(arguments[4]), System.out);
        } finally {
            one.delete();
            many.delete();
        }
        reconnect.report(System.out, Path.of(arguments[3]));
    }

    /// Taken in turn, so that what else the machine does hits both alike.
    private void measure(Platform one, Platform many, int rounds, PrintStream progress)
            throws IOException, InterruptedException {
        one.restart(); // for the archives of classes
        many.restart();
        for (int round = 1; round <= rounds; round++) {
            add("one", one.restart());
            add("ten", many.restart());
            progress.printf("round %d of %d%n", round, rounds);
        }
    }

    private void add(String name, long[] nanos) {
        series.computeIfAbsent(name + " ready", _ -> new Series()).add(nanos[0]);
        series.computeIfAbsent(name, _ -> new Series()).add(nanos[1]);
    }

    private double median(String name) {
        return requireNonNull(series.get(name), name).median();
    }

    private void report(PrintStream out, Path file) throws IOException {
        out.printf("%n%-6s %9s %11s   %s%n", "", "ready", "connected", "");
        for (String name : List.of("one", "ten")) {
            out.printf("%-6s %7.3f s %9.3f s%n", name, median(name + " ready"), median(name));
        }
        double more = median("ten") - median("one");
        out.printf(
                "ten take %.3f s more than one (aim: less than %.0f s): %s%n",
                more, MOST_OVER_ONE_SECONDS, more < MOST_OVER_ONE_SECONDS ? "reached" : "missed");
        Map<String, Object> result = new LinkedHashMap<>();
        series.forEach((name, times) ->
                result.put(
                        name, Map.of("medianSeconds", times.median(), "seconds", times.values())));
        result.put("ten - one", more);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
        out.printf("%nwritten to %s%n", file);
    }
}
