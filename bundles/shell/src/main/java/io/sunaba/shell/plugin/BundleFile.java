package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/// A jar of a bundle in a file of its own, which goes with this object.
///
/// @param file the jar
/// @param source where it came from, for messages
/// @param symbolicName of the bundle
/// @param version of the bundle
record BundleFile(Path file, String source, String symbolicName, String version)
        implements AutoCloseable {
    /// Copies a jar, so that what is checked is what is used.
    ///
    /// @param source a file or a URL
    static BundleFile fetch(String source, Path fileNamed) {
        Path copy = temporary();
        try {
            if (source.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.+")) {
                try (InputStream in = URI.create(source).toURL().openStream()) {
                    Files.write(copy, in.readAllBytes());
                }
            } else {
                if (!Files.isRegularFile(fileNamed)) {
                    throw new NotFoundException("there is no file " + fileNamed);
                }
                Files.write(copy, Files.readAllBytes(fileNamed));
            }
            return read(copy, source);
        } catch (IOException | IllegalArgumentException e) {
            delete(copy);
            throw new UnavailableException("cannot read %s: %s".formatted(source, e), e);
        } catch (RuntimeException e) {
            delete(copy);
            throw e;
        }
    }

    /// Saves a bundle that is installed.
    static BundleFile of(Bundle bundle) {
        Path copy = temporary();
        try (OutputStream out = Files.newOutputStream(copy);
                ZipOutputStream jar = new ZipOutputStream(out)) {
            // First: whoever reads a jar as a stream expects it there.
            write(jar, bundle, JarFile.MANIFEST_NAME);
            Enumeration<URL> entries = bundle.findEntries("/", "*", true);
            for (URL entry : Collections.list(entries)) {
                String name = entry.getPath().substring(1);
                if (!name.equals(JarFile.MANIFEST_NAME)) {
                    write(jar, bundle, name);
                }
            }
            return new BundleFile(
                    copy,
                    copy.toString(),
                    bundle.getSymbolicName(),
                    bundle.getVersion().toString());
        } catch (IOException | RuntimeException e) {
            delete(copy);
            throw new UnavailableException(
                    "cannot save bundle %s: %s".formatted(bundle.getSymbolicName(), e), e);
        }
    }

    private static void write(ZipOutputStream jar, Bundle bundle, String name) throws IOException {
        jar.putNextEntry(new ZipEntry(name));
        if (!name.endsWith("/")) {
            URL entry = requireNonNull(bundle.getEntry(name), name);
            try (InputStream in = entry.openStream()) {
                in.transferTo(jar);
            }
        }
        jar.closeEntry();
    }

    private static BundleFile read(Path copy, String source) throws IOException {
        Manifest manifest;
        try (JarFile jar = new JarFile(copy.toFile())) {
            manifest = jar.getManifest();
        } catch (java.util.zip.ZipException e) {
            throw new RejectedException(source + " is no jar: " + e.getMessage(), e);
        }
        String name =
                manifest == null
                        ? null
                        : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (manifest == null || name == null) {
            throw new RejectedException(
                    "%s is no bundle: its manifest has no %s"
                            .formatted(source, Constants.BUNDLE_SYMBOLICNAME));
        }
        String version = manifest.getMainAttributes().getValue(Constants.BUNDLE_VERSION);
        return new BundleFile(
                copy,
                source,
                name.replaceFirst(";.*", "").strip(),
                version == null ? "0.0.0" : version.strip());
    }

    InputStream open() {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new UnavailableException("cannot read %s: %s".formatted(file, e), e);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("sunaba-bundle", ".jar");
        } catch (IOException e) {
            throw new UnavailableException("cannot make a temporary file: " + e, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UnavailableException("cannot remove %s: %s".formatted(file, e), e);
        }
    }

    @Override
    public void close() {
        delete(file);
    }
}
