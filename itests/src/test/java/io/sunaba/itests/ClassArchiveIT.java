package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The first start of a platform parses its classes for all that follow. No machine is booted.
class ClassArchiveIT {
    private static final List<String> SWAPPED =
            List.of("io.sunaba.core", "io.sunaba.agent", "io.sunaba.hypervisor.qemu");
    private static final int ROUNDS = 9;

    private Installation installation;
    private String archive;

    @BeforeEach
    void startTwice() throws IOException {
        installation = Installation.unpack();
        installation.set("config.properties", "sunaba.classes.delay.seconds", "0");
        installation.start();
        assertThat(mapped()).isEmpty();
        Installation.await("the archive", () -> archives().size() == 1);
        archive = archives().getFirst();
        restart();
        assertThat(mapped()).containsExactly(archive);
    }

    @AfterEach
    void close() {
        installation.close();
    }

    private void restart() {
        installation.sunaba("stop").expectSuccess();
        installation.start();
    }

    /// Those that are whole.
    private List<String> archives() {
        return cached("platform-.*\\.jsa");
    }

    private List<String> cached(String pattern) {
        try (Stream<Path> files = Files.list(cache())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(pattern))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path cache() {
        return installation.data().resolve("cache");
    }

    private List<String> mapped() throws IOException {
        Path maps = Path.of("/proc/" + installation.daemon().pid() + "/maps");
        return Files.readAllLines(maps).stream()
                .filter(line -> line.contains(cache() + "/") && line.endsWith(".jsa"))
                .map(line -> line.substring(line.lastIndexOf('/') + 1))
                .distinct()
                .toList();
    }

    @Test
    void oneThatIsOfNoUseOrOfAnotherJarIsReplaced() throws IOException {
        installation.sunaba("stop").expectSuccess();
        Path file = cache().resolve(archive);
        Files.write(file, new byte[100]);
        installation.start();
        Installation.await("one that is whole", () -> file.toFile().length() > 1_000_000);

        installation.sunaba("stop").expectSuccess();
        Path jar = installation.home().resolve("lib/logback-core.jar");
        Files.copy(jar, jar.resolveSibling("copy"));
        Files.move(jar.resolveSibling("copy"), jar, StandardCopyOption.REPLACE_EXISTING);
        installation.start();
        assertThat(mapped()).isEmpty();
        Installation.await(
                "another", () -> archives().size() == 1 && !archives().contains(archive));
        assertThat(cached(".*\\.made")).isEmpty();
    }

    /// A loader has the classes of an archive only once; whoever comes next parses its own.
    @Test
    void bundlesAreReplacedAndTheirLoadersGo() throws IOException {
        for (int i = 0; i < ROUNDS; i++) {
            for (String bundle : SWAPPED) {
                Path jar = Files.createTempFile(installation.home(), "rebuilt", ".jar");
                Files.write(jar, Rebuilt.with(bundle, Map.of("Bundle-Version", "1.0.0.v" + i)));
                installation.exec("plugin:swap %s %s".formatted(bundle, jar)).expectSuccess();
            }
            installation.exec("sandbox:list").expectSuccess();
        }

        // Not every bundle has one: there is room for a few, and not for one a round.
        long bundles = bundles();
        assertThat(loaders() + ROUNDS).as("with one that stays a round").isGreaterThan(bundles);
        Installation.await(
                "the end of old loaders",
                () -> loaders() <= bundles,
                () -> loaders() + " are left");
    }

    private long bundles() {
        return installation
                .exec("lb -s")
                .expectSuccess()
                .text()
                .lines()
                .filter(line -> line.matches(" *\\d+\\|.*"))
                .count();
    }

    /// How many loaders of bundles there are after a collection.
    private long loaders() {
        String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
        String pid = Long.toString(installation.daemon().pid());
        String histogram =
                installation.command(jcmd, pid, "GC.class_histogram").expectSuccess().text();
        return histogram
                .lines()
                .filter(line -> line.contains("BundleWiringImpl$BundleClassLoader"))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", -1)[1]))
                .sum();
    }
}
