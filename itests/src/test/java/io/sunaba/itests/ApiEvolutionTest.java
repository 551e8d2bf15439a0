package io.sunaba.itests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/// A plugin that was built against release 1.0.0 of the API works with this one, and with the next
/// minor version.
class ApiEvolutionTest {
    private static final Path PLUGIN =
            Installation.REPOSITORY.resolve(
                    "itests/src/test/plugins/memory-1.0/com.example.memory-1.0.0.jar");

    @TempDir private Path directory;

    @Test
    void pluginOfReleaseOneWorksWithThisApi() throws Exception {
        works(system("io.sunaba.api.jar"));
    }

    @Test
    void pluginOfReleaseOneWorksWithTheNextMinorVersion() throws Exception {
        works(nextMinor(system("io.sunaba.api.jar")));
    }

    private static Path system(String jar) {
        return Platform.distribution().resolve("system").resolve(jar);
    }

    private void works(Path api) throws Exception {
        Framework framework =
                new FrameworkFactory()
                        .newFramework(
                                Map.of(
                                        Constants.FRAMEWORK_STORAGE,
                                        directory.resolve("store").toString()));
        framework.start();
        try {
            for (Path jar : Stream.of(system("jspecify.jar"), api).toList()) {
                framework.getBundleContext().installBundle(jar.toUri().toString());
            }
            Bundle plugin = framework.getBundleContext().installBundle(PLUGIN.toUri().toString());
            plugin.start();
            Class<?> type = plugin.loadClass("com.example.memory.MemoryStorage");
            Object storage = type.getConstructor().newInstance();
            type.getMethod("save", String.class, byte[].class)
                    .invoke(storage, "key", new byte[] {7});
            assertThat(
                            (byte[])
                                    requireNonNull(
                                            type.getMethod("load", String.class)
                                                    .invoke(storage, "key")))
                    .containsExactly(7);
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
    }

    /// Copies the API with the next minor version for each of its packages.
    private Path nextMinor(Path api) throws Exception {
        Path copy = directory.resolve("api.jar");
        try (JarFile file = new JarFile(api.toFile())) {
            Manifest manifest = file.getManifest();
            String exports = manifest.getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
            manifest.getMainAttributes()
                    .putValue(
                            Constants.EXPORT_PACKAGE,
                            exports.replaceAll(
                                    "version=\"1\\.\\d+\\.\\d+\"", "version=\"1.99.0\""));
            // What it imports of itself, it brings.
            manifest.getMainAttributes().remove(new Attributes.Name("Import-Package"));
            manifest.getMainAttributes().putValue("Import-Package", "org.jspecify.annotations");
            try (OutputStream out = Files.newOutputStream(copy);
                    JarOutputStream jar = new JarOutputStream(out, manifest)) {
                for (JarEntry entry : file.stream().toList()) {
                    if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        jar.putNextEntry(new JarEntry(entry.getName()));
                        file.getInputStream(entry).transferTo(jar);
                    }
                }
            }
        }
        return copy;
    }
}
