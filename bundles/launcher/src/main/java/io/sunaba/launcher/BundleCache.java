package io.sunaba.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

/// The framework's store of installed bundles.
///
/// Bundles stay installed from one start to the next as long as the files they came from are the
/// same; when one has changed, the store is made anew. What `deploy/` brings is installed again
/// then.
final class BundleCache {
    private final Path directory;
    private final Path fingerprintFile;
    private final Map<Path, Integer> bundles;
    private final String fingerprint;

    /// @param directory where the store is
    /// @param bundles the files of the bundles and their start levels
    BundleCache(Path directory, Map<Path, Integer> bundles) throws StartException {
        this.directory = directory;
        this.fingerprintFile = directory.resolveSibling("bundles.fingerprint");
        this.bundles = new TreeMap<>(bundles);
        this.fingerprint = fingerprint(this.bundles);
    }

    /// Empties the store unless it holds just these bundles. Call before the framework opens it.
    ///
    /// @return whether the bundles have to be installed
    boolean prepare() throws IOException {
        forgetArchives("*.jsa.*"); // whoever was to complete them was killed
        if (Files.exists(fingerprintFile)
                && Files.readString(fingerprintFile).equals(fingerprint)) {
            return false;
        }
        Files.deleteIfExists(fingerprintFile);
        forgetArchives("*.jsa");
        if (Files.exists(directory)) {
            List<Path> files;
            try (Stream<Path> tree = Files.walk(directory)) {
                files = tree.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
        return true;
    }

    /// Installs the bundles, to be started at their levels, or not at all at level 0, and notes
    /// that they are there.
    void install(BundleContext context) throws BundleException, IOException {
        for (Map.Entry<Path, Integer> entry : bundles.entrySet()) {
            // By reference: the file is used where it is, not copied.
            Bundle bundle = context.installBundle("reference:" + entry.getKey().toUri());
            int level = entry.getValue();
            if (level > 0) {
                bundle.adapt(BundleStartLevel.class).setStartLevel(level);
                bundle.start(Bundle.START_ACTIVATION_POLICY);
            }
        }
        Files.writeString(fingerprintFile, fingerprint);
    }

    /// Deletes the classes that JVMs keep in parsed form: those of an earlier version are of no
    /// use.
    private void forgetArchives(String names) throws IOException {
        try (DirectoryStream<Path> archives =
                Files.newDirectoryStream(directory.resolveSibling("."), names)) {
            for (Path archive : archives) {
                Files.deleteIfExists(archive);
            }
        }
    }

    /// Tells files apart by their last change of any kind: all files of a reproducible distribution
    /// bear one modification time.
    private static String fingerprint(Map<Path, Integer> bundles) throws StartException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Path, Integer> entry : bundles.entrySet()) {
            Path file = entry.getKey();
            try {
                text.append(file).append(" level ").append(entry.getValue());
                text.append(", ").append(Files.size(file)).append(" bytes, ");
                text.append(Files.getAttribute(file, "unix:ctime")).append('\n');
            } catch (IOException e) {
                throw new StartException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return text.toString();
    }
}
