package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// What a machine's host processes use.
///
/// @param cpuTime processor time so far, of the VMM and its helpers
/// @param residentBytes memory that is resident, shared pages included
/// @param proportionalBytes memory that is resident, shared pages divided among those who share
///   them
/// @param threads number of threads
/// @param openFiles number of open file descriptors
public record MachineUsage(
        Duration cpuTime, long residentBytes, long proportionalBytes, int threads, int openFiles) {
    public MachineUsage {
        requireNonNull(cpuTime, "cpuTime is null");
    }
}
