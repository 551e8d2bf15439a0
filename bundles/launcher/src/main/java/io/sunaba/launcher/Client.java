package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.FrameChannel;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Talks to a running platform: `exec`, `script`, `shell`, `status` and `stop`.
///
/// Few classes and no logging: people wait for it to start.
public final class Client {
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;
    private static final int NOT_RUNNING = 3;

    /// How long the shell of a platform that runs may be away.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Path data;
    private final Terminal terminal = new Terminal(System.getProperty("sunaba.terminal", ""));

    private Client(Path data) {
        this.data = data;
    }

    /// Does what the first argument says and exits with the outcome.
    ///
    /// The system property `sunaba.data` names the data directory of the platform.
    public static void main(String[] arguments) throws InterruptedException {
        Path data = Path.of(requireNonNull(System.getProperty("sunaba.data"), "sunaba.data"));
        Client client = new Client(data);
        int status;
        try {
            status = client.run(arguments);
        } catch (IOException e) {
            // Whatever stands on the line already was not meant for it.
            String start = client.terminal.inUse() ? "\n" : "";
            client.terminal.restore();
            status = complain(start, "the connection to the platform broke: " + e.getMessage());
        }
        Runtime.getRuntime().exit(status);
    }

    private int run(String[] arguments) throws IOException, InterruptedException {
        return switch (arguments[0]) {
            case "exec" -> talk(OpenRequest.Mode.RUN, CommandLine.join(arguments, 1));
            case "script" -> talk(OpenRequest.Mode.SCRIPT, "");
            case "shell" -> talk(OpenRequest.Mode.INTERACTIVE, "");
            case "status" -> new Daemon(data).status(connects());
            case "stop" -> new Daemon(data).stop();
            default -> {
                complain("unknown command " + arguments[0]);
                yield WRONG_USE;
            }
        };
    }

    private int talk(OpenRequest.Mode mode, String first) throws IOException, InterruptedException {
        Daemon daemon = new Daemon(data);
        Exchange exchange =
                new Exchange(
                        new FileInputStream(FileDescriptor.in),
                        new FileOutputStream(FileDescriptor.out),
                        new FileOutputStream(FileDescriptor.err),
                        terminal);
        Thread signals = Thread.ofPlatform().daemon().unstarted(new Signals(exchange, terminal));
        String line = first;
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Long pid = daemon.pid();
            try (SocketChannel socket = connect()) {
                if (socket != null) {
                    OptionalInt status = talk(exchange, socket, mode, line, signals);
                    if (status.isPresent()) {
                        terminal.restore();
                        return status.getAsInt();
                    }
                    line = exchange.next().orElse(line);
                    until = System.nanoTime() + PATIENCE.toNanos();
                }
            } catch (Exchange.UnansweredException e) {
                // Somebody else may have taken the place of the one that was asked.
                if (pid == null || !pid.equals(daemon.pid())) {
                    throw e;
                }
            }
            if (pid == null || System.nanoTime() > until) {
                return nobodyThere(exchange);
            }
            // It runs, and its shell is being replaced.
            Thread.sleep(PAUSE);
        }
    }

    private int nobodyThere(Exchange exchange) {
        String start = terminal.inUse() ? "\n" : "";
        terminal.restore();
        complain(
                start,
                exchange.next()
                        .filter(line -> !line.isBlank())
                        .map(line ->
                                "the platform's shell went and did not come back; to go on: sunaba exec \""
                                        + line
                                        + '"')
                        .orElse(
                                "the platform does not run (data in "
                                        + data
                                        + "); \"sunaba start\" starts it"));
        return NOT_RUNNING;
    }

    private OptionalInt talk(
            Exchange exchange,
            SocketChannel socket,
            OpenRequest.Mode mode,
            String line,
            Thread signals)
            throws IOException, InterruptedException {
        if (mode == OpenRequest.Mode.INTERACTIVE) {
            terminal.enter(TerminalMode.RAW);
        }
        int[] size = terminal.inUse() ? terminal.size() : new int[2];
        OpenRequest request =
                new OpenRequest(
                        mode,
                        line,
                        data.toRealPath().toString(),
                        Path.of("").toAbsolutePath().toString(),
                        terminal.type(),
                        size[0],
                        size[1]);
        // Meanwhile: it takes as long as all the rest.
        if (signals.getState() == Thread.State.NEW) {
            signals.start();
        }
        return exchange.run(new FrameChannel(socket), request);
    }

    private boolean connects() throws IOException {
        try (SocketChannel socket = connect()) {
            return socket != null;
        }
    }

    /// Connects to the control socket; returns null if nobody listens.
    private @Nullable SocketChannel connect() throws IOException {
        Path link = data.resolve("run");
        if (!Files.isSymbolicLink(link)) {
            return null;
        }
        // Through the link's target: the data directory's own path may be too long for a socket.
        Path address = Files.readSymbolicLink(link).resolve("control.sock");
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(address));
            return socket;
        } catch (IOException _) {
            socket.close();
            return null;
        }
    }

    /// Prints one line on standard error.
    static int complain(String message) {
        return complain("", message);
    }

    private static int complain(String start, String message) {
        try (FileOutputStream error = new FileOutputStream(FileDescriptor.err)) {
            error.write((start + "sunaba: " + message + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // There is nobody left to tell.
        }
        return FAILED;
    }
}
