package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A process of QEMU on this host.
///
/// @param command its arguments, the program first
/// @param directory where its sockets are
record QemuProcess(long pid, List<String> command, Path directory) {
    private static final String MEMORY = "mem-path=";

    /// Finds the machines whose sockets are below a directory.
    static List<QemuProcess> below(Path runDirectory) {
        List<QemuProcess> found = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            List<String> command = command(process.pid());
            if (!command.isEmpty() && command.getFirst().contains("qemu-system")) {
                for (String argument : command) {
                    int at = argument.indexOf("path=" + runDirectory);
                    if (at >= 0) {
                        Path socket = Path.of(argument.substring(at + 5).split(",", 2)[0]);
                        found.add(
                                new QemuProcess(
                                        process.pid(),
                                        command,
                                        requireNonNull(socket.getParent())));
                        break;
                    }
                }
            }
        }
        return found;
    }

    /// Returns the arguments of a process, the program first; none if it has ended.
    static List<String> command(long pid) {
        try {
            return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"));
        } catch (IOException e) {
            // The process has ended, or is none of ours.
            return List.of();
        }
    }

    /// Returns the file that its guest's memory is mapped from, or how the map names memory that
    /// has no file.
    String memoryFile() {
        return command.stream()
                .filter(argument -> argument.contains(MEMORY))
                .map(argument ->
                        argument.substring(argument.indexOf(MEMORY) + MEMORY.length())
                                .split(",", 2)[0])
                .filter(file -> !file.startsWith("/proc/"))
                .findFirst()
                .orElse("memfd:");
    }

    List<String> memoryMap() {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/smaps"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
