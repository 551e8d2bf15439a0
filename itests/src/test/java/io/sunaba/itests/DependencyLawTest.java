package io.sunaba.itests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;

/// Who may know whom, read off the manifests of the bundles that ship: plugins and core know the
/// API and nobody knows them.
class DependencyLawTest {
    private static final Set<String> API =
            Set.of(
                    "io.sunaba.agent",
                    "io.sunaba.configuration",
                    "io.sunaba.error",
                    "io.sunaba.factory",
                    "io.sunaba.hypervisor",
                    "io.sunaba.metrics",
                    "io.sunaba.sandbox",
                    "io.sunaba.storage",
                    "io.sunaba.trust");

    /// What a bundle may import of ours besides the API.
    private static final Map<String, Set<String>> ALSO =
            Map.of(
                    "io.sunaba.agent",
                            Set.of(
                                    "io.sunaba.ttrpc",
                                    "io.sunaba.ttrpc.left",
                                    "io.sunaba.guest.protocol"),
                    "io.sunaba.ttrpc", Set.of("io.sunaba.guest.protocol"));

    private static final Set<String> EXPORTERS =
            Set.of(
                    "io.sunaba.api",
                    "io.sunaba.grpc",
                    "io.sunaba.guest.protocol",
                    "io.sunaba.ttrpc");

    private static final Map<String, Attributes> BUNDLES = new TreeMap<>();

    /// The packages of ours that a bundle holds, by its name.
    private static final Map<String, Set<String>> PACKAGES = new TreeMap<>();

    @BeforeAll
    static void readManifests() throws IOException {
        try (Stream<Path> jars = Files.walk(Platform.distribution().resolve("system"))) {
            jars.filter(jar -> jar.toString().endsWith(".jar"))
                    .forEach(DependencyLawTest::readManifest);
        }
        assertThat(BUNDLES)
                .containsKeys("io.sunaba.api", "io.sunaba.core", "io.sunaba.hypervisor.qemu");
    }

    private static Attributes api() {
        return requireNonNull(BUNDLES.get("io.sunaba.api"));
    }

    private static void readManifest(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes attributes = file.getManifest().getMainAttributes();
            String name = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (name != null && name.startsWith("io.sunaba.")) {
                BUNDLES.put(name.split(";", 2)[0], attributes);
                PACKAGES.put(
                        name.split(";", 2)[0],
                        file.stream()
                                .map(ZipEntry::getName)
                                .filter(entry -> entry.endsWith(".class"))
                                .map(entry -> entry.substring(0, entry.lastIndexOf('/')))
                                .map(folder -> folder.replace('/', '.'))
                                .collect(Collectors.toCollection(TreeSet::new)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> ours(Attributes manifest, String header) {
        String value = manifest.getValue(header);
        if (value == null) {
            return Set.of();
        }
        // Commas inside of quotes belong to version ranges and uses directives.
        return Stream.of(value.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))
                .map(clause -> clause.split(";", 2)[0].strip())
                .filter(name -> name.startsWith("io.sunaba."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void onlyContractsAndLibrariesExport() {
        BUNDLES.forEach((name, manifest) -> {
            if (!EXPORTERS.contains(name)) {
                assertThat(ours(manifest, Constants.EXPORT_PACKAGE))
                        .as("exports of " + name)
                        .isEmpty();
            }
        });
        assertThat(ours(api(), Constants.EXPORT_PACKAGE)).isEqualTo(new TreeSet<>(API));
    }

    @Test
    void everybodyKnowsTheApiAlone() {
        BUNDLES.forEach((name, manifest) ->
                assertThat(ours(manifest, Constants.IMPORT_PACKAGE))
                        .as("imports of " + name)
                        .allMatch(imported ->
                                API.contains(imported)
                                        || ALSO.getOrDefault(name, Set.of()).contains(imported)
                                        || ours(manifest, Constants.EXPORT_PACKAGE)
                                                .contains(imported)));
    }

    /// What is private in a bundle hides the API's package of that name from it.
    @Test
    void nobodyHasAPackageOfTheApi() {
        PACKAGES.forEach((name, packages) -> {
            if (!name.equals("io.sunaba.api")) {
                assertThat(packages).as("packages of " + name).doesNotContainAnyElementsOf(API);
            }
        });
    }

    @Test
    void apiKnowsNoThirdParty() {
        String imports = api().getValue(Constants.IMPORT_PACKAGE);
        assertThat(Stream.of(imports.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")))
                .map(clause -> clause.split(";", 2)[0].strip())
                .allMatch(name ->
                        name.startsWith("java.")
                                || API.contains(name)
                                || name.equals("org.jspecify.annotations"));
    }
}
