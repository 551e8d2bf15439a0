package io.sunaba.vmm;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// An executable file of this host.
///
/// @param file its absolute path
public record Program(Path file) {
    private static final int OUTPUT_LIMIT = 64 * 1024;

    public Program {
        requireNonNull(file, "file is null");
    }

    /// Finds a program by its absolute path, or by its name in the directories of `PATH`.
    public static Optional<Program> find(String name) {
        if (name.contains("/")) {
            return executable(Path.of(name));
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        for (String directory : path.split(":", -1)) {
            Optional<Program> program = executable(Path.of("/", directory, name));
            if (program.isPresent()) {
                return program;
            }
        }
        return Optional.empty();
    }

    private static Optional<Program> executable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file)
                ? Optional.of(new Program(file.toAbsolutePath()))
                : Optional.empty();
    }

    /// Runs the program and returns what it printed, stderr included, whatever its exit status.
    ///
    /// @throws IOException if it cannot be started, or has not ended in time; then it was killed
    public String output(Duration timeout, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(file.toString());
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
        try (InputStream output = process.getInputStream()) {
            CompletableFuture<String> text = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> text.complete(read(output)));
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException(
                        "%s did not end within %d ms".formatted(file, timeout.toMillis()));
            }
            // A child of the program may hold the pipe open.
            return text.completeOnTimeout("", 1, TimeUnit.SECONDS).join();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(InputStream output) {
        try {
            return new String(output.readNBytes(OUTPUT_LIMIT), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return "";
        }
    }

    /// Starts the program so that it outlives this process: in a session of its own, where no
    /// Ctrl-C and no hangup reaches it, with all that it prints in a file. To this process it is a
    /// child as any other.
    ///
    /// @param arguments its arguments
    /// @param output where stdout and stderr go, appended
    public Process startDetached(List<String> arguments, Path output) throws IOException {
        Program setsid =
                find("setsid")
                        .orElseThrow(
                                () -> new IOException("program setsid (util-linux) is missing"));
        List<String> command = new ArrayList<>();
        command.add(setsid.file.toString());
        command.add(file.toString());
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }
}
