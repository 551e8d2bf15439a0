package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/// What a machine's host processes use.
///
/// @param cpuTime processor time so far, of the VMM and its helpers
/// @param residentBytes memory that is resident, shared pages included
/// @param proportionalBytes memory that is resident, shared pages divided among those who share
///   them
/// @param threads number of threads
/// @param openFiles number of open file descriptors
/// @param processIds the VMM first, then its helpers; empty if they do not run on this host
public record MachineUsage(
        Duration cpuTime,
        long residentBytes,
        long proportionalBytes,
        int threads,
        int openFiles,
        List<Long> processIds) {
    public MachineUsage {
        requireNonNull(cpuTime, "cpuTime is null");
        processIds = List.copyOf(processIds);
    }
}
