package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The packed distribution, unpacked into a folder of its own with data of its own, and driven as a
/// user does: through `bin/sunaba`.
final class Installation implements AutoCloseable {
    static final Path REPOSITORY = Path.of(requireNonNull(System.getProperty("sunaba.repository")));

    /// What a command printed, and how it ended.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Result(int status, byte[] output, String errors, Duration duration) {
        String text() {
            return new String(output, UTF_8);
        }

        Result expectSuccess() {
            assertThat(status).as(errors + text()).isZero();
            return this;
        }

        /// Expects what every failure owes its user: a status, one line, no stack trace, nothing on
        /// stdout.
        Result expectOneLine(String... words) {
            assertThat(status).as(text()).isNotZero();
            assertThat(errors.strip()).isNotEmpty().doesNotContain("\n").doesNotContain("\tat ");
            assertThat(errors).contains(words);
            return this;
        }
    }

    private final Path folder;
    private final Path data;

    private Installation(Path folder, Path data) {
        this.folder = folder;
        this.data = data;
    }

    static Installation unpack() {
        try {
            Path folder = Files.createTempDirectory("sunaba-it");
            Path home = UnderTest.UNPACKED ? copyInto(folder) : unpackInto(folder);
            Installation installation = new Installation(home, folder.resolve("data"));
            UnderTest.configure(installation);
            return installation;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The packed distribution.
    static Path archive() throws IOException {
        try (Stream<Path> files = Files.list(REPOSITORY.resolve("distribution/target"))) {
            return files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path unpackInto(Path folder) throws IOException {
        run(
                        new ProcessBuilder(
                                "tar", "-xzf", archive().toString(), "-C", folder.toString()),
                        new byte[0])
                .expectSuccess();
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    /// As unpacked, but for the guest image, which is that of the build.
    private static Path copyInto(Path folder) throws IOException {
        Path built = REPOSITORY.resolve("distribution/target/sunaba").toRealPath();
        Path home = Files.createDirectory(folder.resolve("sunaba"));
        for (String part : List.of("bin", "deploy", "etc", "lib", "system")) {
            run(
                            new ProcessBuilder(
                                    "cp", "-a", built.resolve(part).toString(), home.toString()),
                            new byte[0])
                    .expectSuccess();
        }
        Files.createSymbolicLink(home.resolve("guest"), built.resolve("guest"));
        return home;
    }

    /// Has sandboxes that name no factory cloned from a template.
    Installation cloning() {
        try {
            SharedTemplate.copyTo(data.resolve("templates"));
            configure("io.sunaba.core", "default.factory", "template");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same installation with other data.
    Installation withData(Path otherData) {
        return new Installation(folder, otherData);
    }

    /// Returns the daemon, which runs.
    ProcessHandle daemon() {
        String status = sunaba("status").expectSuccess().text();
        Matcher matcher = Pattern.compile("pid (\\d+)").matcher(status);
        assertThat(matcher.find()).as(status).isTrue();
        return ProcessHandle.of(Long.parseLong(matcher.group(1))).orElseThrow();
    }

    /// Kills the daemon without any warning.
    void killDaemon() {
        ProcessHandle daemon = daemon();
        daemon.destroyForcibly();
        daemon.onExit().join();
    }

    Path home() {
        return folder;
    }

    Path data() {
        return data;
    }

    static Path rootfs() {
        String cache = System.getenv().getOrDefault("SUNABA_CACHE", "");
        Path directory =
                (cache.isEmpty() ? REPOSITORY.resolve(".local") : Path.of(cache))
                        .resolve("rootfs/busybox");
        assertThat(directory.resolve("bin/busybox")).as("made by scripts/busybox-rootfs").exists();
        return directory;
    }

    /// Replaces the value of a property in a file of `etc/`, or adds it.
    void configure(String pid, String key, String value) throws IOException {
        set(pid + ".cfg", key, value);
    }

    /// As [#configure], for any file of `etc/`.
    void set(String name, String key, String value) throws IOException {
        Path file = folder.resolve("etc").resolve(name);
        List<String> lines =
                new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
        lines.removeIf(line -> line.matches("\\s*" + key.replace(".", "\\.") + "\\s*=.*"));
        lines.add(key + " = " + value);
        Files.write(file, lines);
    }

    Result sunaba(String... arguments) {
        return sunabaWithInput(new byte[0], arguments);
    }

    Result sunabaWithInput(byte[] input, String... arguments) {
        if (UnderTest.DIRECT && arguments.length == 2 && arguments[0].equals("exec")) {
            return ControlClient.exec(data, arguments[1], input);
        }
        return run(builder(arguments), input);
    }

    Installation start() {
        sunaba("start").expectSuccess();
        return this;
    }

    /// Runs a line on the daemon, without a client of its own process.
    Result exec(String line) {
        return ControlClient.exec(data, line, new byte[0]);
    }

    /// Starts a line on the daemon and does not wait for it.
    Background execInBackground(String line) {
        try {
            Path output = Files.createTempFile(folder.getParent(), "exec", ".out");
            ProcessBuilder builder =
                    builder("exec", line)
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile());
            return new Background(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A command that runs by the side.
    record Background(Process process, Path file) {
        String output() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Background awaitOutput(String text) {
            await("output of '" + text + "'", () -> output().contains(text));
            return this;
        }

        int awaitEnd() throws InterruptedException {
            assertThat(process.waitFor(180 * UnderTest.PATIENCE, TimeUnit.SECONDS))
                    .as("ends: " + output())
                    .isTrue();
            return process.exitValue();
        }
    }

    /// The directory of the daemon's sockets and machines.
    Path runDirectory() {
        try {
            return data.resolve("run").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Process ids of the virtual machine monitors of this installation.
    List<Long> machines() {
        return processes(UnderTest::isMachine);
    }

    /// Returns the processes with a command line like this, whose files are in this platform's run
    /// directory.
    private List<Long> processes(Predicate<String> is) {
        String run = runDirectory().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains(run))
                .filter(process -> is.test(commandLine(process.pid())))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    /// Asserts that no machine, daemon of a shared directory, socket, record, mount or temporary
    /// file of a sandbox is left.
    void assertNothingLeft() {
        assertThat(exec("sandbox:list | json").expectSuccess().text().strip()).isEqualTo("[]");
        assertThat(machines()).as("machines").isEmpty();
        assertThat(processes(line -> line.contains("virtiofsd")))
                .as("daemons of shared directories")
                .isEmpty();
        assertThat(below(runDirectory()))
                .as("run directory")
                .allSatisfy(file -> assertThat(file).matches("control\\.sock|[a-z]+"));
        assertThat(below(data.resolve("metadata")))
                .as("records")
                .noneMatch(file -> file.startsWith("sandbox+") || file.contains(".tmp"));
        assertThat(below(data.resolve("core/images")))
                .as("images")
                .noneMatch(file -> file.contains("tmp"));
        assertThat(mounts()).as("mounts").noneMatch(line -> line.contains(folder.toString()));
    }

    private static List<String> mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> below(Path directory) {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.skip(1).map(file -> directory.relativize(file).toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(Process process, String name) throws IOException, InterruptedException {
        assertThat(
                        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                                .start()
                                .waitFor())
                .isZero();
    }

    /// Waits until a condition holds, for a minute at most, or a few where all is slow.
    static void await(String what, BooleanSupplier condition) {
        await(what, condition, () -> "");
    }

    /// As [#await(String, BooleanSupplier)].
    ///
    /// @param state what is seen when it was waited for in vain
    static void await(String what, BooleanSupplier condition, Supplier<?> state) {
        await(what, Duration.ofSeconds(60 * UnderTest.PATIENCE), condition, state);
    }

    /// As [#await(String, BooleanSupplier, Supplier)], for so long at most.
    static void await(
            String what, Duration patience, BooleanSupplier condition, Supplier<?> state) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain: %s %s".formatted(what, state.get()));
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /// Runs any command with this installation's data directory in its environment.
    Result command(String... command) {
        return commandWithInput(new byte[0], command);
    }

    Result commandWithInput(byte[] input, String... command) {
        return run(builder(List.of(command)), input);
    }

    /// Runs a shell script that may mount what it likes, and that lies beside `bin/`.
    Result inMountNamespace(String script) throws IOException {
        Path file = folder.resolve("in-mount-namespace");
        Files.writeString(file, "#!/bin/sh\nset -eu\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        boolean root = ProcessHandle.current().info().user().filter("root"::equals).isPresent();
        return root
                ? command("unshare", "--mount", file.toString())
                : command("unshare", "--map-root-user", "--mount", file.toString());
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(folder.resolve("bin/sunaba").toString()));
        command.addAll(List.of(arguments));
        return builder(command);
    }

    /// Prepares any command with this installation's data directory in its environment.
    ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SUNABA_DATA", data.toString());
        return builder;
    }

    private static Result run(ProcessBuilder builder, byte[] input) {
        long start = System.nanoTime();
        try {
            Process process = builder.start();
            CompletableFuture<byte[]> output = drain(process.getInputStream());
            CompletableFuture<byte[]> errors = drain(process.getErrorStream());
            CompletableFuture<Void> feeder = feed(process.getOutputStream(), input);
            if (!process.waitFor(180 * UnderTest.PATIENCE, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("no end for long: " + builder.command());
            }
            feeder.join();
            return new Result(
                    process.exitValue(),
                    output.join(),
                    new String(errors.join(), UTF_8),
                    Duration.ofNanos(System.nanoTime() - start));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private static CompletableFuture<byte[]> drain(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return stream.readAllBytes();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    private static CompletableFuture<Void> feed(OutputStream stream, byte[] input) {
        return CompletableFuture.runAsync(
                () -> {
                    try (stream) {
                        stream.write(input);
                    } catch (IOException e) {
                        // The command ended without reading all of its input, as it may.
                    }
                },
                Thread::startVirtualThread);
    }

    /// Stops the daemon, ends what machines are left, and removes everything.
    @Override
    public void close() {
        Path run = data.resolve("run");
        Path sockets = Files.exists(run) ? runDirectory() : run;
        end();
        if (Files.exists(sockets)) {
            remove(sockets);
        }
        remove(requireNonNull(folder.getParent()));
    }

    /// As [#close], and expects that no sandbox left anything.
    void closeClean() {
        try {
            assertNothingLeft();
        } finally {
            close();
        }
    }

    /// Stops the daemon and ends what machines are left.
    void end() {
        if (sunaba("status").status() == 0) {
            List<Long> machines = machines();
            UnderTest.keepLogs(this);
            sunaba("stop");
            machines.forEach(
                    pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    /// Removes a directory with all that is in it.
    static void remove(Path directory) {
        try {
            Files.walkFileTree(
                    directory,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path left, @Nullable IOException e) throws IOException {
                            Files.delete(left);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
