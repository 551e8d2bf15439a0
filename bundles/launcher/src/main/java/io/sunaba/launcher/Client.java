package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.FrameChannel;
import io.sunaba.control.OpenRequest;
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
import org.jspecify.annotations.Nullable;

/// Talks to a running platform: `exec`, `script`, `shell`, `status` and `stop`.
///
/// Few classes and no logging: people wait for it to start.
public final class Client {
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;
    private static final int NOT_RUNNING = 3;

    private final Path data;

    private Client(Path data) {
        this.data = data;
    }

    /// Does what the first argument says and exits with the outcome.
    ///
    /// The system property `sunaba.data` names the data directory of the platform.
    public static void main(String[] arguments) throws InterruptedException {
        Path data = Path.of(requireNonNull(System.getProperty("sunaba.data"), "sunaba.data"));
        int status;
        try {
            status = new Client(data).run(arguments);
        } catch (IOException e) {
            // A terminal is in raw mode here.
            String end = arguments[0].equals("shell") ? "\r" : "";
            status = complain("the connection to the platform broke: " + e.getMessage() + end);
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

    private int talk(OpenRequest.Mode mode, String line) throws IOException, InterruptedException {
        SocketChannel socket = connect();
        if (socket == null) {
            complain(
                    "the platform does not run (data in " + data + "); \"sunaba start\" starts it");
            return NOT_RUNNING;
        }
        try (FrameChannel channel = new FrameChannel(socket)) {
            OpenRequest request =
                    new OpenRequest(
                            mode,
                            line,
                            data.toRealPath().toString(),
                            Path.of("").toAbsolutePath().toString(),
                            environment("TERM", "dumb"),
                            Integer.parseInt(environment("COLUMNS", "0")),
                            Integer.parseInt(environment("LINES", "0")));
            Exchange exchange =
                    new Exchange(
                            channel,
                            new FileInputStream(FileDescriptor.in),
                            new FileOutputStream(FileDescriptor.out),
                            new FileOutputStream(FileDescriptor.err));
            // Meanwhile: it takes as long as all the rest.
            Thread.ofPlatform()
                    .daemon()
                    .start(new Signals(exchange, mode == OpenRequest.Mode.INTERACTIVE));
            return exchange.run(request);
        }
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

    private static String environment(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    /// Prints one line on standard error.
    static int complain(String message) {
        try (FileOutputStream error = new FileOutputStream(FileDescriptor.err)) {
            error.write(("sunaba: " + message + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // There is nobody left to tell.
        }
        return FAILED;
    }
}
