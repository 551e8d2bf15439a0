package io.sunaba.benchmarks;

import com.google.gson.GsonBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How long `sunaba start` takes until the platform is ready, next to the same Java with an OSGi
/// framework in which there is nothing.
public final class Ready {
    private static final double MOST_SECONDS = 1.5;

    private static final Measure FRAMEWORK =
            Measure.floor("framework", "the same Java and framework, without a bundle");
    private static final Measure START =
            Measure.next("start", "with a data directory that it had before", FRAMEWORK, 0);
    private static final Measure FIRST_START =
            Measure.next("first start", "with a new data directory", FRAMEWORK, 0);

    private final Path program;
    private final Path directory;
    private final Comparison comparison =
            new Comparison(Comparison.Unit.SECONDS, List.of(FRAMEWORK, START, FIRST_START));

    private Ready(Path program, Path directory) {
        this.program = program;
        this.directory = directory;
    }

    /// Arguments: `sunaba`, an empty directory, a directory that is ignored, the file for the
    /// result, how many rounds.
    public static void main(String[] arguments) throws Exception {
        Ready ready = new Ready(Path.of(arguments[0]).toAbsolutePath(), Path.of(arguments[1]));
        ready.measure(Integer.parseInt(arguments[4]));
        ready.report(Path.of(arguments[3]));
    }

    /// Taken in turn, so that what else the machine does hits all alike.
    private void measure(int rounds) throws IOException, InterruptedException {
        Installation known = new Installation(program, directory.resolve("known"));
        known.control("start");
        known.awaitClassArchive();
        known.control("stop");
        for (int round = 1; round <= rounds; round++) {
            comparison.add(FRAMEWORK, timeOfBareFramework(directory.resolve("bare" + round)));
            comparison.add(START, timeOf(known));
            comparison.add(
                    FIRST_START,
                    timeOf(new Installation(program, directory.resolve("new" + round))));
            System.out.printf("round %d of %d%n", round, rounds);
        }
    }

    private static long timeOf(Installation installation) throws IOException, InterruptedException {
        long start = System.nanoTime();
        installation.control("start");
        long end = System.nanoTime();
        installation.control("stop");
        return end - start;
    }

    private long timeOfBareFramework(Path store) throws IOException, InterruptedException {
        Path home = program.resolveSibling("..").normalize();
        List<String> command =
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "@" + home.resolve("etc/jvm.options"),
                        "-cp",
                        home.resolve("lib/org.apache.felix.framework.jar")
                                + ":"
                                + System.getProperty("java.class.path"),
                        BareFramework.class.getName(),
                        store.toString());
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader output = process.inputReader()) {
            if (!"started".equals(output.readLine())) {
                throw new IOException("the bare framework did not start");
            }
            long end = System.nanoTime();
            process.waitFor();
            return end - start;
        }
    }

    private void report(Path file) throws IOException {
        comparison.print(System.out);
        double longest = Math.max(comparison.median(START), comparison.median(FIRST_START));
        System.out.printf(
                "%naim: %.1f s or less for both: %s%n",
                MOST_SECONDS, longest <= MOST_SECONDS ? "reached" : "MISSED");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file,
                new GsonBuilder().setPrettyPrinting().create().toJson(comparison.toMap()) + "\n");
        System.out.printf("%nwritten to %s%n", file);
    }
}
