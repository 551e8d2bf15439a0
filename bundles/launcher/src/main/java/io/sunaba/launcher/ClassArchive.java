package io.sunaba.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The classes that a start loads, parsed once for all starts that follow (class data sharing).
///
/// A JVM of its own makes the file from `lib/classes.lst`. It runs no program, so that nothing of a
/// platform is there twice, and the platform's JVM only ever reads such a file
/// (docs/decisions/0018). Without the list there is no archive.
final class ClassArchive implements AutoCloseable {
    private static final Duration MOST_AT_STOP = Duration.ofSeconds(5);

    private final Path home;
    private final Path file;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread maker;
    private @Nullable Process process;

    /// @param home the distribution
    /// @param file where the archive is; its name tells of which files it was made
    ClassArchive(Path home, Path file) {
        this.home = home;
        this.file = file;
    }

    /// Has the archive made unless this JVM runs on it, when the platform has been ready for a
    /// while: what its user starts first is to have the processors.
    synchronized void makeAfter(Duration delay) {
        if (Files.exists(list())) {
            maker = Thread.ofPlatform().daemon().name("class archive").start(() -> make(delay));
        }
    }

    private void make(Duration delay) {
        try {
            if (!closed.await(delay.toMillis(), TimeUnit.MILLISECONDS) && !isMapped()) {
                make();
            }
        } catch (IOException e) {
            tell(DataDirectory.reason(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Tells whether this JVM uses the archive: one that is cut short is there and of no use.
    private boolean isMapped() throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        String mapped = " " + file.toRealPath();
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.anyMatch(mapping -> mapping.endsWith(mapped));
        }
    }

    private void make() throws IOException, InterruptedException {
        // A start deletes what bears such a name: whoever made it was killed, and may not know yet.
        Path made =
                file.resolveSibling(
                        "%s.%d.made".formatted(file.getFileName(), ProcessHandle.current().pid()));
        try {
            Process dump = begin(made);
            if (dump == null) {
                return;
            }
            int status = dump.waitFor();
            if (closed.getCount() == 0) {
                return;
            }
            if (status != 0) {
                tell("Java ended with status " + status);
                return;
            }
            forgetOthers();
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    /// Starts the JVM, or returns null if the platform stops.
    private synchronized @Nullable Process begin(Path made) throws IOException {
        if (closed.getCount() == 0) {
            return null;
        }
        process =
                new ProcessBuilder(
                                "nice",
                                "-n",
                                "19",
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "@" + home.resolve("etc/jvm.options"),
                                "-Xshare:dump",
                                "-XX:SharedClassListFile=" + list(),
                                "-XX:SharedArchiveFile=" + made,
                                "-cp",
                                home.resolve("lib/io.sunaba.launcher.jar").toString())
                        .directory(home.toFile()) // what the list names is below it
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        return process;
    }

    /// Deletes archives of what the distribution or Java was before.
    private void forgetOthers() throws IOException {
        try (DirectoryStream<Path> archives =
                Files.newDirectoryStream(file.resolveSibling("."), "platform-*.jsa")) {
            for (Path archive : archives) {
                Files.deleteIfExists(archive);
            }
        }
    }

    private Path list() {
        return home.resolve("lib/classes.lst");
    }

    private static void tell(String reason) {
        System.err.printf(
                "%s the archive of classes was not made, starts take longer without: %s%n",
                Instant.now(), reason);
    }

    /// Ends the JVM that makes the archive, if there is one; nothing is left of what it made.
    @Override
    public void close() throws InterruptedException {
        Thread running;
        synchronized (this) {
            closed.countDown();
            if (process != null) {
                process.destroyForcibly();
            }
            running = maker;
        }
        if (running != null) {
            running.join(MOST_AT_STOP);
        }
    }
}
