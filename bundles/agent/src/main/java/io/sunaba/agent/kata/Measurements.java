package io.sunaba.agent.kata;

import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.CgroupStats;
import io.sunaba.guest.protocol.CpuUsage;
import io.sunaba.guest.protocol.MemoryData;
import io.sunaba.guest.protocol.PidsStats;
import io.sunaba.guest.protocol.StatsContainerResponse;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ProcessList;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Translates what an agent measured.
final class Measurements {
    // No memory limit is told as the largest number that some type or page count allows.
    private static final long HIGHEST_LIMIT = 1L << 60;
    private static final String OUT_OF_MEMORY_KILLS = "oom_kill";

    private Measurements() {}

    static ContainerStats stats(String containerId, StatsContainerResponse message) {
        CgroupStats stats = message.getCgroupStats();
        CpuUsage cpu = stats.getCpuStats().getCpuUsage();
        MemoryData memory = stats.getMemoryStats().getUsage();
        PidsStats processes = stats.getPidsStats();
        return new ContainerStats(
                containerId,
                Duration.ofNanos(cpu.getTotalUsage()),
                Duration.ofNanos(cpu.getUsageInUsermode()),
                Duration.ofNanos(cpu.getUsageInKernelmode()),
                Duration.ofNanos(stats.getCpuStats().getThrottlingData().getThrottledTime()),
                memory.getUsage(),
                memory.getMaxUsage(),
                limit(memory.getLimit()),
                stats.getMemoryStats().getStatsOrDefault(OUT_OF_MEMORY_KILLS, 0),
                processes.getCurrent(),
                limit(processes.getLimit()));
    }

    private static long limit(long message) {
        return message <= 0 || message >= HIGHEST_LIMIT ? -1 : message;
    }

    /// Takes a table as `ps` prints it apart: a line of column names, then one line a process,
    /// whose last column may have spaces in it.
    static ProcessList processes(String containerId, String table) {
        List<String> lines =
                table.lines()
                        .filter(line -> !line.isBlank())
                        .map(line -> GuestText.line(line.replace('\t', ' ')))
                        .toList();
        if (lines.isEmpty()) {
            throw new UnavailableException(
                    "list processes of container " + containerId + ": the agent's answer is empty");
        }
        List<String> columns = fields(lines.getFirst(), 0);
        List<List<String>> rows =
                lines.stream().skip(1).map(line -> row(containerId, columns.size(), line)).toList();
        return new ProcessList(columns, rows);
    }

    /// A row has a value for each column; only the last may be empty.
    private static List<String> row(String containerId, int columns, String line) {
        List<String> row = fields(line, columns);
        if (row.size() == columns - 1) {
            return Stream.concat(row.stream(), Stream.of("")).toList();
        }
        if (row.size() < columns) {
            throw new UnavailableException(
                    "list processes of container %s: the agent's answer has %d columns and a row of %d"
                            .formatted(containerId, columns, row.size()));
        }
        return row;
    }

    private static List<String> fields(String line, int most) {
        return Arrays.asList(line.split("\\s+", most));
    }
}
