package io.sunaba.itests;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/// What the tests run on, where it is not what ships: another hypervisor, other settings, a slower
/// host.
final class UnderTest {
    /// The hypervisor of sandboxes that name none.
    static final String HYPERVISOR = System.getProperty("sunaba.itests.hypervisor", "qemu");

    /// By how much longer than usual anything may take.
    static final long PATIENCE = Long.getLong("sunaba.itests.patience", 1);

    /// Whether the distribution is taken as the build has left it rather than unpacked.
    static final boolean UNPACKED = Boolean.getBoolean("sunaba.itests.unpacked");

    /// Whether lines are run by the test itself rather than by `bin/sunaba exec`.
    static final boolean DIRECT = Boolean.getBoolean("sunaba.itests.direct");

    private UnderTest() {}

    /// Tells whether a command line is that of a VMM.
    static boolean isMachine(String commandLine) {
        String program = HYPERVISOR.equals("clh") ? "cloud-hypervisor" : "qemu-system";
        return commandLine.startsWith(program) || commandLine.contains("/" + program);
    }

    /// Sets what `sunaba.itests.settings`, a directory with files as in `etc/`, has of settings.
    static void configure(Installation installation) throws IOException {
        if (!HYPERVISOR.equals("qemu")) {
            installation.configure("io.sunaba.core", "default.hypervisor", HYPERVISOR);
        }
        String settings = System.getProperty("sunaba.itests.settings", "");
        if (settings.isEmpty()) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(settings))) {
            for (Path file : files) {
                Properties properties = new Properties();
                try (Reader reader = Files.newBufferedReader(file)) {
                    properties.load(reader);
                }
                for (String key : properties.stringPropertyNames()) {
                    installation.set(
                            file.getFileName().toString(), key, properties.getProperty(key));
                }
            }
        }
    }

    /// Copies the log into the directory `sunaba.itests.logs`, if one is named.
    static void keepLogs(Installation installation) {
        String directory = System.getProperty("sunaba.itests.logs", "");
        if (!directory.isEmpty()) {
            try {
                Path log = installation.data().resolve("log/sunaba.log");
                Files.copy(
                        log,
                        Files.createTempFile(Path.of(directory), "sunaba", ".log"),
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
