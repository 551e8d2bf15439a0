package io.sunaba.guest.agent;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/// Runs crun, which makes containers and ends when that is done. What it has to say goes to a file
/// of its own, as its standard streams are the container's.
final class Crun {
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/bin:/sbin");

    private final Path program;
    private final Path directory;
    private final SystemCalls calls;
    private final Reaper reaper;
    private final int nullDevice;
    private final AtomicLong runs = new AtomicLong();

    /// @param directory for files that live as long as one run
    Crun(Path program, Path directory, SystemCalls calls, Reaper reaper) throws IOException {
        this.program = program;
        this.directory = directory;
        this.calls = calls;
        this.reaper = reaper;
        this.nullDevice = calls.open("/dev/null", SystemCalls.O_RDWR);
    }

    /// Runs a command that has nothing to do with standard streams.
    void run(String... command) throws IOException, InterruptedException {
        run(List.of(command), new int[] {nullDevice, nullDevice, nullDevice});
    }

    /// Runs a command.
    ///
    /// @param streams what it, and the process it starts, gets as standard streams
    /// @throws StatusRuntimeException INVALID_ARGUMENT with crun's own words if it refused
    void run(List<String> command, int[] streams) throws IOException, InterruptedException {
        Path log = directory.resolve("crun-" + runs.incrementAndGet() + ".log");
        List<String> line = new ArrayList<>();
        line.add(program.toString());
        line.add("--cgroup-manager=cgroupfs");
        line.add("--root=" + directory.resolve("crun"));
        line.add("--log=file:" + log);
        line.addAll(command);
        CompletableFuture<Integer> exit =
                reaper.start(() -> {
                    int pid = calls.spawn(line, ENVIRONMENT, streams[0], streams[1], streams[2]);
                    makeKillable(pid);
                    return pid;
                });
        try {
            int code = exit.get();
            if (code != 0) {
                throw Failures.invalid("crun " + command.getFirst() + ": " + reason(log, code));
            }
        } catch (ExecutionException e) {
            throw new IOException("waiting for crun", e.getCause());
        } finally {
            Files.deleteIfExists(log);
        }
    }

    /// What the agent starts inherits its exemption from being killed when memory runs out, which
    /// crun does not take back when the configuration says 0.
    private static void makeKillable(int pid) {
        try {
            Files.writeString(Path.of("/proc", Integer.toString(pid), "oom_score_adj"), "0");
        } catch (IOException e) {
            Log.warn("process " + pid, e);
        }
    }

    /// Like [#run(List, int[])], without streams.
    void runQuietly(List<String> command) throws IOException, InterruptedException {
        run(command, new int[] {nullDevice, nullDevice, nullDevice});
    }

    int nullDevice() {
        return nullDevice;
    }

    private static String reason(Path log, int code) throws IOException {
        if (!Files.exists(log)) {
            return "ended with " + code;
        }
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "ended with " + code : words(lines.getLast());
    }

    /// A line of crun's log without the time at its start.
    static String words(String line) {
        int colon = line.indexOf(": ");
        boolean stamped = colon > 0 && Character.isDigit(line.charAt(0));
        return stamped ? line.substring(colon + 2) : line;
    }
}
