package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// What containers need of their surroundings.
record Launcher(
        SystemCalls calls,
        EventLoop events,
        Reaper reaper,
        Crun crun,
        Storages storages,
        ContainerView view,
        Executor executor) {
    /// Has crun start a process, in a new container or an existing one.
    ///
    /// @param command crun's, without the options that tell where the process id and terminal go
    /// @param prefix of files that live as long as this call
    ContainerProcess start(
            String execId, String container, List<String> command, Path prefix, boolean terminal)
            throws IOException, InterruptedException {
        Path pidFile = Path.of(prefix + ".pid");
        List<String> line = new ArrayList<>(command);
        line.add(1, "--pid-file=" + pidFile);
        String name = "process " + execId + " in container " + container;
        long mark = reaper.mark();
        Streams streams =
                terminal
                        ? startWithTerminal(name, line, Path.of(prefix + ".socket"))
                        : Streams.pipes(name, calls, events, ends -> crun.run(line, ends));
        int pid = Integer.parseInt(Files.readString(pidFile).strip());
        Files.delete(pidFile);
        CompletableFuture<Integer> exit = reaper.exitOf(pid, mark);
        // Output may still be wanted; input is of no use any more.
        var _ = exit.thenRun(streams.stdin()::close);
        return new ContainerProcess(execId, pid, streams, exit);
    }

    /// crun makes the terminal inside the container and sends it through a socket.
    private Streams startWithTerminal(String name, List<String> command, Path path)
            throws IOException, InterruptedException {
        byte[] file = path.toString().getBytes(StandardCharsets.UTF_8);
        byte[] address =
                ByteBuffer.allocate(2 + file.length + 1)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) SystemCalls.AF_UNIX)
                        .put(file)
                        .array();
        int socket = calls.socket(SystemCalls.AF_UNIX, SystemCalls.SOCK_STREAM, 0);
        try {
            calls.bind(socket, address);
            calls.listen(socket);
            command.add(1, "--console-socket=" + path);
            crun.runQuietly(command);
            int connection = calls.accept(socket);
            try {
                int terminal = calls.receiveDescriptor(connection);
                return Streams.terminal(name, calls, events, terminal);
            } finally {
                calls.close(connection);
            }
        } finally {
            calls.close(socket);
            Files.deleteIfExists(path);
        }
    }
}
