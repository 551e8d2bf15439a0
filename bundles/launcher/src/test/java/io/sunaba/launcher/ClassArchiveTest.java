package io.sunaba.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the JVM that runs the test, and a short list.
class ClassArchiveTest {
    private static final String LIST = "java/lang/Object id: 0\njava/lang/String id: 1\n";
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration MUCH_LATER = Duration.ofHours(1);

    @TempDir private Path temporary;

    private Path home;
    private Path cache;
    private ClassArchive archive;

    @BeforeEach
    void createDistribution() throws IOException {
        home = Files.createDirectory(temporary.resolve("a home"));
        cache = Files.createDirectory(temporary.resolve("a cache"));
        Files.createDirectory(home.resolve("etc"));
        Files.createDirectory(home.resolve("lib"));
        Files.writeString(home.resolve("etc/jvm.options"), "-XX:+UseSerialGC\n");
        Path jar = home.resolve("lib/io.sunaba.launcher.jar");
        new JarOutputStream(Files.newOutputStream(jar), new Manifest()).close();
        Files.writeString(home.resolve("lib/classes.lst"), LIST);
        archive = new ClassArchive(home, cache.resolve("platform-2.jsa"));
    }

    @AfterEach
    void nothingRuns() throws InterruptedException {
        archive.close();
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void itTakesThePlaceOfThoseBefore() throws Exception {
        Files.createFile(cache.resolve("platform-1.jsa"));
        Files.createFile(cache.resolve("client-1.jsa"));

        archive.makeAfter(AT_ONCE);

        await(() -> files().equals(List.of("client-1.jsa", "platform-2.jsa")));
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xshare:on",
                                "-XX:SharedArchiveFile=" + cache.resolve("platform-2.jsa"),
                                "-cp",
                                home.resolve("lib/io.sunaba.launcher.jar").toString(),
                                "-version")
                        .redirectErrorStream(true)
                        .start();
        String output = new String(java.getInputStream().readAllBytes(), UTF_8);
        assertThat(java.waitFor()).as(output).isZero();
    }

    @Test
    void oneThatIsOfNoUseIsMadeAnew() throws Exception {
        Path file = cache.resolve("platform-2.jsa");
        Files.write(file, new byte[100]);

        archive.makeAfter(AT_ONCE);

        await(() -> file.toFile().length() > 1_000_000);
    }

    /// By whatever way it is reached: the system tells of the file itself.
    @Test
    void oneThatIsInUseStays() throws Exception {
        Path file = Files.write(cache.resolve("platform-2.jsa"), new byte[100]);
        Path link = Files.createSymbolicLink(temporary.resolve("link"), cache);
        archive = new ClassArchive(home, link.resolve("platform-2.jsa"));
        try (FileChannel channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            var _ = channel.map(FileChannel.MapMode.READ_ONLY, 0, 100, arena);

            archive.makeAfter(AT_ONCE);

            await(() -> maker().isEmpty());
        }
        assertThat(file).hasSize(100);
    }

    @Test
    void aListThatIsNoneLeavesNothingBehind() throws Exception {
        Files.writeString(home.resolve("lib/classes.lst"), LIST + "what is this?\n");
        Files.createFile(cache.resolve("platform-1.jsa"));

        archive.makeAfter(AT_ONCE);

        await(() -> maker().isEmpty());
        assertThat(files()).containsExactly("platform-1.jsa");
    }

    @Test
    void withoutAListThereIsNoArchive() throws IOException {
        Files.delete(home.resolve("lib/classes.lst"));

        archive.makeAfter(AT_ONCE);

        assertThat(maker()).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void itIsGivenUpWhenThePlatformStops() throws Exception {
        archive.makeAfter(AT_ONCE);
        await(() -> ProcessHandle.current().children().findAny().isPresent());

        archive.close();

        assertThat(maker()).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void aPlatformThatStopsEarlyDoesNotBegin() throws Exception {
        archive.makeAfter(MUCH_LATER);

        archive.close();

        assertThat(maker()).isEmpty();
        assertThat(files()).isEmpty();
    }

    private static List<String> maker() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter("class archive"::equals)
                .toList();
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.sleep(10);
        }
    }
}
