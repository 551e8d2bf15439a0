package io.sunaba.launcher.doctor;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Where things are.
///
/// @param home the distribution
/// @param data the data directory, whether it is there or not
/// @param run the directory of sockets, whether it is there or not
/// @param root `/`, or what is taken for it
/// @param path the directories of programs
record Host(Path home, Path data, Path run, Path root, List<Path> path) {
    private static final int PATIENCE_SECONDS = 20;

    Host {
        requireNonNull(home, "home is null");
        requireNonNull(data, "data is null");
        requireNonNull(run, "run is null");
        requireNonNull(root, "root is null");
        path = List.copyOf(path);
    }

    /// Returns the directories of `PATH`, and those that it leaves out for users other than root.
    static List<Path> programs(String path) {
        List<Path> directories = new ArrayList<>();
        Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(directory -> directory.startsWith("/"))
                .map(Path::of)
                .forEach(directories::add);
        directories.add(Path.of("/usr/sbin"));
        directories.add(Path.of("/sbin"));
        return directories;
    }

    /// Finds a program by its path or its name.
    @Nullable Path program(String name) {
        if (name.startsWith("/")) {
            Path file = Path.of(name);
            return Files.isExecutable(file) ? file : null;
        }
        return path.stream()
                .map(directory -> directory.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElse(null);
    }

    /// Runs a program and returns what it prints, both streams, or null if it fails or takes too
    /// long.
    @Nullable String output(String... command) throws InterruptedException {
        try {
            Path printed = Files.createTempFile("sunaba-doctor", null);
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectInput(Path.of("/dev/null").toFile())
                                .redirectOutput(printed.toFile())
                                .start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return null;
                }
                return process.exitValue() == 0 ? Files.readString(printed) : null;
            } finally {
                Files.delete(printed);
            }
        } catch (IOException _) {
            return null;
        }
    }
}
