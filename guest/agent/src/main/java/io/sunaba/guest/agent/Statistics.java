package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.BlkioStats;
import io.sunaba.guest.protocol.BlkioStatsEntry;
import io.sunaba.guest.protocol.CgroupStats;
import io.sunaba.guest.protocol.CpuStats;
import io.sunaba.guest.protocol.CpuUsage;
import io.sunaba.guest.protocol.MemoryData;
import io.sunaba.guest.protocol.MemoryStats;
import io.sunaba.guest.protocol.NetworkStats;
import io.sunaba.guest.protocol.PidsStats;
import io.sunaba.guest.protocol.StatsContainerResponse;
import io.sunaba.guest.protocol.ThrottlingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads a container's figures from its control group, and the sandbox's network from `/proc`.
final class Statistics {
    private static final int NANOS_PER_MICRO = 1000;

    /// Where in a line of `net/dev` the counts begin, and where the others are from there.
    private static final int RECEIVED = 1;

    private static final int SENT = 9;

    /// Titles are fewer.
    private static final int LAST = 16;

    private static final int PACKETS = 1;
    private static final int ERRORS = 2;
    private static final int DROPPED = 3;

    private Statistics() {}

    static StatsContainerResponse of(Cgroup cgroup, Path proc) throws IOException {
        return StatsContainerResponse.newBuilder()
                .setCgroupStats(
                        CgroupStats.newBuilder()
                                .setCpuStats(cpu(cgroup.table("cpu.stat")))
                                .setMemoryStats(memory(cgroup))
                                .setPidsStats(
                                        PidsStats.newBuilder()
                                                .setCurrent(cgroup.number("pids.current"))
                                                .setLimit(cgroup.number("pids.max")))
                                .setBlkioStats(blockIo(cgroup)))
                .addAllNetworkStats(network(proc))
                .build();
    }

    private static CpuStats cpu(Map<String, Long> stat) {
        return CpuStats.newBuilder()
                .setCpuUsage(
                        CpuUsage.newBuilder()
                                .setTotalUsage(micros(stat, "usage_usec"))
                                .setUsageInUsermode(micros(stat, "user_usec"))
                                .setUsageInKernelmode(micros(stat, "system_usec")))
                .setThrottlingData(
                        ThrottlingData.newBuilder()
                                .setPeriods(stat.getOrDefault("nr_periods", 0L))
                                .setThrottledPeriods(stat.getOrDefault("nr_throttled", 0L))
                                .setThrottledTime(micros(stat, "throttled_usec")))
                .build();
    }

    private static long micros(Map<String, Long> stat, String name) {
        return stat.getOrDefault(name, 0L) * NANOS_PER_MICRO;
    }

    private static MemoryStats memory(Cgroup cgroup) throws IOException {
        Map<String, Long> stat = cgroup.table("memory.stat");
        Map<String, Long> events = cgroup.table("memory.events");
        return MemoryStats.newBuilder()
                .setCache(stat.getOrDefault("file", 0L))
                .setUsage(
                        MemoryData.newBuilder()
                                .setUsage(cgroup.number("memory.current"))
                                .setMaxUsage(cgroup.number("memory.peak"))
                                .setFailcnt(events.getOrDefault("max", 0L))
                                .setLimit(cgroup.number("memory.max")))
                .setSwapUsage(
                        MemoryData.newBuilder()
                                .setUsage(cgroup.number("memory.swap.current"))
                                .setLimit(cgroup.number("memory.swap.max")))
                .setKernelUsage(MemoryData.newBuilder().setUsage(stat.getOrDefault("kernel", 0L)))
                .setUseHierarchy(true)
                .putAllStats(stat)
                .putStats("oom_kill", events.getOrDefault("oom_kill", 0L))
                .build();
    }

    /// Lines of `io.stat` are `major:minor rbytes=N wbytes=N rios=N wios=N ...`.
    private static BlkioStats blockIo(Cgroup cgroup) throws IOException {
        BlkioStats.Builder stats = BlkioStats.newBuilder();
        Path file = cgroup.directory().resolve("io.stat");
        if (!Files.exists(file)) {
            return stats.build();
        }
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split("[ :]", -1);
            for (int i = 2; i < fields.length; i++) {
                int equals = fields[i].indexOf('=');
                if (equals < 0) {
                    continue;
                }
                BlkioStatsEntry.Builder entry =
                        BlkioStatsEntry.newBuilder()
                                .setMajor(Long.parseLong(fields[0]))
                                .setMinor(Long.parseLong(fields[1]))
                                .setValue(Long.parseLong(fields[i].substring(equals + 1)));
                switch (fields[i].substring(0, equals)) {
                    case "rbytes" -> stats.addIoServiceBytesRecursive(entry.setOp("read"));
                    case "wbytes" -> stats.addIoServiceBytesRecursive(entry.setOp("write"));
                    case "rios" -> stats.addIoServicedRecursive(entry.setOp("read"));
                    case "wios" -> stats.addIoServicedRecursive(entry.setOp("write"));
                    default -> {
                        // Discards have no place in the message.
                    }
                }
            }
        }
        return stats.build();
    }

    /// One file with all interfaces: `name: bytes packets errs drop fifo frame compressed
    /// multicast` of what was received, and the like of what was sent, below two lines of titles
    /// (see proc_net(5)).
    private static List<NetworkStats> network(Path proc) {
        List<NetworkStats> stats = new ArrayList<>();
        for (List<String> line : ProcFile.read(proc.resolve("net/dev")).lines()) {
            if (line.size() > LAST) {
                stats.add(
                        NetworkStats.newBuilder()
                                .setName(line.getFirst())
                                .setRxBytes(number(line, RECEIVED))
                                .setRxPackets(number(line, RECEIVED + PACKETS))
                                .setRxErrors(number(line, RECEIVED + ERRORS))
                                .setRxDropped(number(line, RECEIVED + DROPPED))
                                .setTxBytes(number(line, SENT))
                                .setTxPackets(number(line, SENT + PACKETS))
                                .setTxErrors(number(line, SENT + ERRORS))
                                .setTxDropped(number(line, SENT + DROPPED))
                                .build());
            }
        }
        return stats;
    }

    private static long number(List<String> line, int index) {
        return Long.parseLong(line.get(index));
    }
}
