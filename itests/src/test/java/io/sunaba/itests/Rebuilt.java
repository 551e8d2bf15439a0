package io.sunaba.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/// Bundles of the platform as a later build would make them: the same but for their manifests.
final class Rebuilt {
    private Rebuilt() {}

    /// Returns the jar of a bundle that ships.
    static Path shipped(String bundle) {
        return Platform.distribution().resolve("system").resolve(bundle + ".jar");
    }

    /// Returns a bundle with other lines in its manifest.
    static byte[] with(String bundle, Map<String, String> lines) {
        ByteArrayOutputStream rebuilt = new ByteArrayOutputStream();
        try (JarInputStream from = new JarInputStream(Files.newInputStream(shipped(bundle)))) {
            Manifest manifest = from.getManifest();
            lines.forEach(manifest.getMainAttributes()::putValue);
            try (JarOutputStream to = new JarOutputStream(rebuilt, manifest)) {
                for (ZipEntry entry = from.getNextEntry();
                        entry != null;
                        entry = from.getNextEntry()) {
                    to.putNextEntry(new ZipEntry(entry.getName()));
                    from.transferTo(to);
                    to.closeEntry();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rebuilt.toByteArray();
    }

    /// Returns a bundle as a build of its own version.
    static InputStream version(String bundle, String qualifier) {
        return new ByteArrayInputStream(
                with(bundle, Map.of("Bundle-Version", "1.0.0." + qualifier)));
    }
}
