package io.sunaba.api;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.differ.Baseline;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Processor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Compares the API with that of the last release: a package whose contents have changed must have
/// the version that OSGi's semantic versioning asks for.
class BaselineTest {
    private static final Path RELEASES = Path.of("src/test/baseline");

    private static Path lastRelease() throws Exception {
        try (Stream<Path> jars = Files.list(RELEASES)) {
            return jars.filter(jar -> jar.toString().endsWith(".jar"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    @Test
    void packagesHaveTheVersionsThatTheirChangesAskFor() throws Exception {
        DiffPluginImpl differ = new DiffPluginImpl();
        try (Processor processor = new Processor();
                Jar older = new Jar(lastRelease().toFile());
                Jar newer = new Jar(new File("target/classes"))) {
            List<String> wrong =
                    new Baseline(processor, differ)
                            .baseline(newer, older, null).stream()
                                    .filter(info -> info.mismatch)
                                    .map(info ->
                                            "%s has version %s and must have %s, because of %s"
                                                    .formatted(
                                                            info.packageName,
                                                            info.newerVersion,
                                                            info.suggestedVersion,
                                                            info.packageDiff))
                                    .toList();
            assertThat(wrong).isEmpty();
        }
    }
}
