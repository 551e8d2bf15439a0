package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/// The entries of a bundle as the framework sees them, and as it will load classes from them: that
/// may not be what another reader of its file sees.
record BundleContent(Bundle bundle) {
    BundleContent {
        requireNonNull(bundle, "bundle is null");
    }

    private SortedMap<String, URL> entries() {
        SortedMap<String, URL> entries = new TreeMap<>();
        collect("/", entries);
        return entries;
    }

    private void collect(String folder, Map<String, URL> entries) {
        Enumeration<String> paths = bundle.getEntryPaths(folder);
        if (paths == null) {
            return;
        }
        for (String path : Collections.list(paths)) {
            if (path.endsWith("/")) {
                collect(path, entries);
            } else {
                URL url = bundle.getEntry(path);
                if (url != null) {
                    entries.put(path, url);
                }
            }
        }
    }

    /// Writes them to a jar.
    void writeTo(Path jar) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Map.Entry<String, URL> entry : entries().entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                try (InputStream in = entry.getValue().openStream()) {
                    in.transferTo(out);
                }
            }
        }
    }

    /// Tells whether they are those of a file.
    boolean equalTo(Path jar) throws IOException {
        SortedMap<String, URL> entries = entries();
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (!entry.isDirectory()) {
                    URL own = entries.remove(entry.getName());
                    if (own == null || !sameBytes(own, file, entry)) {
                        return false;
                    }
                }
            }
        } catch (FileNotFoundException | NoSuchFileException _) {
            return false;
        }
        return entries.isEmpty();
    }

    private static boolean sameBytes(URL own, JarFile file, JarEntry entry) throws IOException {
        try (InputStream one = own.openStream();
                InputStream other = file.getInputStream(entry)) {
            return Arrays.equals(one.readAllBytes(), other.readAllBytes());
        }
    }
}
