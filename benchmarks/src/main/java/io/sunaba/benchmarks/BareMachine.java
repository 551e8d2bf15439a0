package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import io.sunaba.ttrpc.TtrpcConnection;
import io.sunaba.ttrpc.TtrpcHandshake;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The floor: the hypervisor by itself, with the command line of a machine that the platform made,
/// from exec to the agent's first reply.
final class BareMachine {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<String> command;
    private final Path machineDirectory;

    private BareMachine(List<String> command, Path machineDirectory) {
        this.command = command;
        this.machineDirectory = machineDirectory;
    }

    /// Takes the command line of the one machine whose files are below the directory.
    static BareMachine like(Path runDirectory) throws IOException {
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path file = Path.of("/proc/" + process.pid() + "/cmdline");
            List<String> line = readCommand(file);
            if (!line.isEmpty() && line.getFirst().contains("qemu-system")) {
                for (String argument : line) {
                    int at = argument.indexOf("path=" + runDirectory);
                    if (at >= 0) {
                        Path socket = Path.of(argument.substring(at + 5).split(",", 2)[0]);
                        return new BareMachine(line, requireNonNull(socket.getParent()));
                    }
                }
            }
        }
        throw new IOException("no machine has files below " + runDirectory);
    }

    private static List<String> readCommand(Path file) {
        try {
            return List.of(Files.readString(file).split("\0"));
        } catch (IOException e) {
            // The process has ended, or is none of ours.
            return List.of();
        }
    }

    /// Boots it and returns the time to the agent's first reply in nanoseconds.
    long boot() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("floor");
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(commandIn(directory))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile())
                        .start();
        try (SocketChannel socket = connect(directory.resolve("agent.sock"), process)) {
            TtrpcHandshake.open(TtrpcConnection.of(socket), PATIENCE);
            return System.nanoTime() - start;
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

    /// The machine's arguments, with files of its own, running at once, waiting for nobody.
    private List<String> commandIn(Path directory) {
        List<String> bare = new ArrayList<>();
        for (int i = 0; i < command.size(); i++) {
            String argument = command.get(i);
            if (argument.equals("-chardev") && command.get(i + 1).contains("id=ready")) {
                i++;
            } else if (!argument.equals("-S")) {
                bare.add(argument.replace(machineDirectory.toString(), directory.toString()));
            }
        }
        return bare;
    }

    private static SocketChannel connect(Path path, Process process) throws IOException {
        while (true) {
            SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                socket.connect(UnixDomainSocketAddress.of(path));
                return socket;
            } catch (IOException e) {
                socket.close();
                if (!process.isAlive()) {
                    throw new IOException("the bare machine ended with " + process.exitValue(), e);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
