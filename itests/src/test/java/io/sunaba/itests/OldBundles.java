package io.sunaba.itests;

import static java.util.Objects.requireNonNull;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/// What is left of versions of bundles that were replaced: nothing, once garbage is collected.
final class OldBundles {
    /// Above the longest time that a call into a plugin may take.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Map<String, WeakReference<ClassLoader>> loaders = new LinkedHashMap<>();

    /// Takes note of the version that is about to be replaced.
    void add(Bundle bundle) {
        loaders.put(
                bundle.getSymbolicName() + " " + bundle.getVersion() + " " + loaders.size(),
                new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
    }

    /// Waits until no class loader of them is left, hence no thread either, which would hold on to
    /// its loader, nor an open file.
    void awaitNoneLeft() {
        Installation.await(
                "no class loader of an old bundle is left",
                PATIENCE,
                () -> {
                    System.gc();
                    return left().isEmpty();
                },
                () -> left() + "; threads in our code:\n" + threads());
        Installation.await(
                "no file of an old bundle is open",
                PATIENCE,
                () -> {
                    System.gc();
                    return deletedJars().isEmpty();
                },
                OldBundles::deletedJars);
    }

    private List<String> left() {
        return loaders.entrySet().stream()
                .filter(entry -> !entry.getValue().refersTo(null))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// What threads, virtual ones too, do in code of ours: one that never ends keeps its classes.
    private static String threads() {
        try {
            Path file = Files.createTempDirectory("threads").resolve("dump");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
            String dump = Files.readString(file);
            Installation.remove(requireNonNull(file.getParent()));
            return Stream.of(dump.split("\n\n", -1))
                    .filter(thread -> thread.contains("at io.sunaba"))
                    .collect(Collectors.joining("\n\n"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// Jars that are open though nobody can open them again.
    private static List<String> deletedJars() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(OldBundles::target)
                    .filter(target -> target.endsWith(".jar (deleted)"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException _) {
            return ""; // closed meanwhile
        }
    }
}
