package io.sunaba.benchmarks;

import io.sunaba.ttrpc.TtrpcConnection;
import io.sunaba.ttrpc.TtrpcHandshake;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/// The floor: the hypervisor by itself, with the command line of a machine that the platform made,
/// from exec to the agent's first reply.
final class BareMachine {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// The file of a machine's memory was the platform's, and is gone.
    private static final Pattern NEW_MEMORY =
            Pattern.compile("memory-backend-file,(.*),mem-path=/proc/.*");

    private static final String MIGRATE_CAPABILITIES =
            """
            {"execute": "migrate-set-capabilities", "arguments": {"capabilities":
              [{"capability": "events", "state": true},
               {"capability": "x-ignore-shared", "state": true}]}}\
            """;

    private final List<String> command;
    private final Path machineDirectory;
    private final LongAdder processorTime = new LongAdder();

    private BareMachine(List<String> command, Path machineDirectory) {
        this.command = command;
        this.machineDirectory = machineDirectory;
    }

    /// Takes the command line of the one machine whose files are below the directory.
    static BareMachine like(Path runDirectory) throws IOException {
        List<QemuProcess> machines = QemuProcess.below(runDirectory);
        if (machines.size() != 1) {
            throw new IOException(
                    "%d machines have files below %s".formatted(machines.size(), runDirectory));
        }
        QemuProcess machine = machines.getFirst();
        return new BareMachine(machine.command(), machine.directory());
    }

    /// Returns the state that belongs to the memory which its command line names.
    Path savedState() {
        return Path.of(new QemuProcess(0, command, machineDirectory).memoryFile())
                .resolveSibling("state");
    }

    /// Boots it and returns the time to the agent's first reply in nanoseconds.
    long boot() throws IOException, InterruptedException {
        return run((_, _) -> {});
    }

    /// Has it go on from a saved state, with the memory that its command line names, and returns
    /// the time to the agent's first reply in nanoseconds.
    ///
    /// @param state the state of its devices
    long restore(Path state) throws IOException, InterruptedException {
        return run((directory, process) -> {
            Path incoming = directory.resolve("state.sock");
            try (Monitor monitor = Monitor.on(connect(directory, "qmp.sock", process))) {
                monitor.execute(MIGRATE_CAPABILITIES);
                monitor.execute(
                        "{\"execute\": \"migrate-incoming\", \"arguments\": {\"uri\": \"unix:%s\"}}"
                                .formatted(incoming));
                send(state, incoming);
                monitor.awaitMigration();
                monitor.execute("{\"execute\": \"cont\"}");
            }
        });
    }

    /// Returns the processor time of all machines so far, in nanoseconds.
    long processorTime() {
        return processorTime.sum();
    }

    private interface Preparation {
        void run(Path directory, Process process) throws IOException;
    }

    private long run(Preparation preparation) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("floor");
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(commandIn(directory))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile())
                        .start();
        try {
            preparation.run(directory, process);
            try (SocketChannel socket = connect(directory, "agent.sock", process)) {
                TtrpcHandshake.open(TtrpcConnection.of(socket), PATIENCE);
                long nanos = System.nanoTime() - start;
                processorTime.add(ProcessorTime.of(process.toHandle()));
                return nanos;
            }
        } finally {
            process.destroyForcibly().waitFor();
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private static void send(Path state, Path incoming) throws IOException {
        try (FileChannel source = FileChannel.open(state);
                SocketChannel target = Monitor.socket(incoming)) {
            long sent = 0;
            while (sent < source.size()) {
                sent += source.transferTo(sent, source.size() - sent, target);
            }
        }
    }

    /// The machine's arguments, with files of its own, running at once, waiting for nobody.
    private List<String> commandIn(Path directory) {
        List<String> bare = new ArrayList<>();
        for (int i = 0; i < command.size(); i++) {
            String argument = command.get(i);
            if (argument.equals("-chardev") && command.get(i + 1).contains("id=ready")) {
                i++;
            } else if (!argument.equals("-S")) {
                bare.add(
                        NEW_MEMORY
                                .matcher(argument)
                                .replaceFirst("memory-backend-memfd,$1")
                                .replace(machineDirectory.toString(), directory.toString()));
            }
        }
        return bare;
    }

    /// Connects as soon as it is possible.
    private static SocketChannel connect(Path directory, String name, Process process)
            throws IOException {
        while (true) {
            try {
                return Monitor.socket(directory.resolve(name));
            } catch (IOException e) {
                if (!process.isAlive()) {
                    String output = Files.readString(directory.resolve("output"));
                    throw new IOException("the bare machine ended: " + output, e);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
