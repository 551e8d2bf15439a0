package io.sunaba.vmm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// A process of this host, told from all others, earlier and later ones too, by its pid and its
/// start time. A process that ended is gone, even while its parent has not taken note.
///
/// @param pid the process id
/// @param startTicks when it started, in clock ticks after the host's boot
public record HostProcess(long pid, long startTicks) {
    private static final Path PROC = Path.of("/proc");
    private static final int LOADING_LOOKS = 500;
    private static final long LOADING_PAUSE_NANOS = 1_000_000;

    /// Finds the process that has a pid now.
    public static Optional<HostProcess> find(long pid) {
        return ProcessStat.read(pid)
                .filter(stat -> !stat.ended())
                .map(stat -> new HostProcess(pid, stat.startTicks()));
    }

    /// Finds every process that has an argument, or its own name, in its command line.
    public static List<HostProcess> withArgument(String argument) {
        List<HostProcess> found = new ArrayList<>();
        try (DirectoryStream<Path> pids = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path directory : pids) {
                find(Long.parseLong(directory.getFileName().toString()))
                        .filter(process -> process.arguments().contains(argument))
                        .ifPresent(found::add);
            }
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException("cannot list the processes in " + PROC, e.getCause());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the processes in " + PROC, e);
        }
        return List.copyOf(found);
    }

    public boolean isAlive() {
        return find(pid).filter(this::equals).isPresent();
    }

    /// Tells whether the process lives and has an argument, or its own name, in its command line.
    public boolean hasArgument(String argument) {
        List<String> arguments = arguments();
        // For a moment, while a process loads its program, it has none.
        for (int looks = 0; arguments.isEmpty() && isAlive() && looks < LOADING_LOOKS; looks++) {
            LockSupport.parkNanos(LOADING_PAUSE_NANOS);
            arguments = arguments();
        }
        return arguments.contains(argument) && isAlive();
    }

    private List<String> arguments() {
        try {
            byte[] line = Files.readAllBytes(PROC.resolve(pid + "/cmdline"));
            return line.length == 0
                    ? List.of()
                    : Arrays.asList(new String(line, StandardCharsets.UTF_8).split("\0", -1));
        } catch (IOException _) {
            return List.of();
        }
    }

    /// Ends the process at once (SIGKILL). Does nothing if it has ended. Returns before it is gone.
    public void kill() {
        try (Pidfd descriptor = Pidfd.open(pid)) {
            // The descriptor first, then the look: what is killed is what was looked at.
            if (descriptor != null && isAlive()) {
                descriptor.kill();
            }
        }
    }

    /// Waits for the end of the process. Blocks the carrier of a virtual thread, so only for an end
    /// that is near. Not interruptible.
    ///
    /// @return whether it has ended
    public boolean awaitEnd(Duration timeout) {
        try (Pidfd descriptor = Pidfd.open(pid)) {
            return descriptor == null || !isAlive() || descriptor.awaitEnd(timeout);
        }
    }

    /// Measures what the process uses now; empty if it has ended.
    public Optional<ProcessUsage> usage() {
        return ProcessUsage.measure(this);
    }
}
