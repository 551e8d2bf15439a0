package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A control group (version 2): what a container's processes share and are limited by.
///
/// @param path as the runtime is told: absolute, below the mount
/// @param directory its files
record Cgroup(String path, Path directory) {
    /// Makes out the group of a container.
    ///
    /// @param mount where the groups are mounted
    /// @param wanted by the host: a path, or `slice:prefix:name`; empty = by the container's id
    static Cgroup of(Path mount, String wanted, String id) {
        String path = wanted.isEmpty() ? id : wanted.replace(':', '/');
        while (path.startsWith("/")) {
            path = path.substring(1);
        }
        Path directory = mount.resolve(path);
        if (path.isEmpty() || !directory.equals(directory.normalize())) {
            throw Failures.invalid("cgroups path '" + wanted + "' is not a plain path");
        }
        return new Cgroup("/" + path, directory);
    }

    /// Guest process ids of the members, those of groups below included.
    List<Integer> processes() throws IOException {
        try (var groups = Files.walk(directory)) {
            return groups.map(group -> group.resolve("cgroup.procs"))
                    .filter(Files::exists)
                    .flatMap(file -> lines(file).stream())
                    .map(Integer::valueOf)
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // The group went away, or is threaded.
            return List.of();
        }
    }

    /// Sends a signal to every member.
    void signal(int signal, SystemCalls calls) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        if (signal == SystemCalls.SIGKILL) {
            Files.writeString(directory.resolve("cgroup.kill"), "1");
            return;
        }
        for (int pid : processes()) {
            try {
                calls.kill(pid, signal);
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.ESRCH) {
                    throw e;
                }
            }
        }
    }

    /// A file with one number; 0 if there is none, and if it says that there is no limit.
    long number(String file) throws IOException {
        try {
            String text = Files.readString(directory.resolve(file)).strip();
            return text.equals("max") ? 0 : Long.parseLong(text);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /// A file with a name and a number in each line; empty if there is none.
    Map<String, Long> table(String file) throws IOException {
        Map<String, Long> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(directory.resolve(file))) {
                int space = line.indexOf(' ');
                values.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
            }
        } catch (NoSuchFileException e) {
            // The controller is not there.
        }
        return values;
    }
}
