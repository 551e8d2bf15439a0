package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// A bundle of the platform, packed again under another version.
final class RepackedBundle {
    private static final Attributes.Name VERSION = new Attributes.Name("Bundle-Version");

    private RepackedBundle() {}

    /// Writes the jar.
    ///
    /// @param qualifier the last part of the new version
    static Path write(Path jar, Path directory, String qualifier) throws IOException {
        Path target = directory.resolve(qualifier + "-" + jar.getFileName());
        try (JarFile from = new JarFile(jar.toFile())) {
            Manifest manifest = new Manifest(requireNonNull(from.getManifest(), "no manifest"));
            String version = manifest.getMainAttributes().getValue(VERSION);
            manifest.getMainAttributes()
                    .put(
                            VERSION,
                            version.replaceFirst("^(\\d+\\.\\d+\\.\\d+).*", "$1." + qualifier));
            try (OutputStream out = Files.newOutputStream(target);
                    JarOutputStream to = new JarOutputStream(out, manifest)) {
                for (JarEntry entry : Collections.list(from.entries())) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        to.putNextEntry(new JarEntry(entry.getName()));
                        from.getInputStream(entry).transferTo(to);
                        to.closeEntry();
                    }
                }
            }
        }
        return target;
    }
}
