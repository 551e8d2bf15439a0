package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// Measurements of a container, from its control group (source: Linux, cgroup v2).
///
/// @param id its id
/// @param cpuTime processor time so far
/// @param cpuUserTime of it, in user mode
/// @param cpuSystemTime of it, in the kernel
/// @param cpuThrottledTime time that it was held back by its quota
/// @param memoryBytes memory in use, caches included
/// @param memoryPeakBytes the most that was ever in use, or 0 if the guest's kernel does not tell
/// @param memoryLimitBytes its limit, or -1
/// @param outOfMemoryKills processes killed for lack of memory
/// @param processes processes and threads
/// @param processLimit their limit, or -1
public record ContainerStats(
        String id,
        Duration cpuTime,
        Duration cpuUserTime,
        Duration cpuSystemTime,
        Duration cpuThrottledTime,
        long memoryBytes,
        long memoryPeakBytes,
        long memoryLimitBytes,
        long outOfMemoryKills,
        long processes,
        long processLimit) {
    public ContainerStats {
        requireNonNull(id, "id is null");
        requireNonNull(cpuTime, "cpuTime is null");
        requireNonNull(cpuUserTime, "cpuUserTime is null");
        requireNonNull(cpuSystemTime, "cpuSystemTime is null");
        requireNonNull(cpuThrottledTime, "cpuThrottledTime is null");
    }
}
