package io.sunaba.vmm;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// What a process uses.
///
/// @param cpuTime processor time so far
/// @param residentBytes resident memory, shared pages included
/// @param proportionalBytes resident memory, shared pages divided among those who share them
/// @param threads number of threads
/// @param openFiles number of open file descriptors
public record ProcessUsage(
        Duration cpuTime, long residentBytes, long proportionalBytes, int threads, int openFiles) {
    /// The kernel's USER_HZ: the same on every x86-64 and arm64 host.
    private static final long TICKS_PER_SECOND = 100;

    public ProcessUsage {
        requireNonNull(cpuTime, "cpuTime is null");
    }

    static Optional<ProcessUsage> measure(HostProcess process) {
        Path directory = Path.of("/proc/" + process.pid());
        Optional<ProcessStat> stat = ProcessStat.read(process.pid());
        try (Stream<Path> files = Files.list(directory.resolve("fd"))) {
            String memory = Files.readString(directory.resolve("smaps_rollup"));
            if (stat.isEmpty() || !process.isAlive()) {
                return Optional.empty();
            }
            return Optional.of(
                    new ProcessUsage(
                            Duration.ofMillis(stat.get().cpuTicks() * 1000 / TICKS_PER_SECOND),
                            bytes(memory, "Rss:"),
                            bytes(memory, "Pss:"),
                            stat.get().threads(),
                            (int) files.count()));
        } catch (IOException e) {
            if (!process.isAlive()) {
                return Optional.empty();
            }
            throw new UncheckedIOException("cannot read " + directory, e);
        }
    }

    private static long bytes(String memory, String key) {
        return memory.lines()
                        .filter(line -> line.startsWith(key))
                        .map(line -> line.substring(key.length()).replace("kB", "").strip())
                        .mapToLong(Long::parseLong)
                        .sum()
                * 1024;
    }
}
