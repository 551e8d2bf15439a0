package io.sunaba.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The processor time of processes, in nanoseconds, as exact as the kernel's ticks.
final class ProcessorTime {
    private ProcessorTime() {}

    /// Returns what a process has taken so far.
    static long of(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    /// Returns what the machines have taken whose files are below a directory.
    static long ofMachines(Path runDirectory) {
        return QemuProcess.below(runDirectory).stream()
                .flatMap(machine -> ProcessHandle.of(machine.pid()).stream())
                .mapToLong(ProcessorTime::of)
                .sum();
    }

    /// Returns what the platform of a data directory has taken.
    static long ofPlatform(Path data) {
        return ProcessHandle.allProcesses()
                .filter(process -> isPlatform(QemuProcess.command(process.pid()), data))
                .mapToLong(ProcessorTime::of)
                .sum();
    }

    private static boolean isPlatform(List<String> command, Path data) {
        return command.contains("-Dsunaba.data=" + data) && command.contains("-jar");
    }
}
