package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.OpenRequest;
import io.sunaba.itests.Installation.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What `bin/sunaba exec` does, without a Java of its own for every line, which would be most of
/// what a test takes.
final class ControlClient {
    private static final int NOT_RUNNING = 3;
    private static final int CHUNK = 64 << 10;

    private final FrameChannel channel;
    private final ByteBuffer input;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private volatile boolean answered;

    private ControlClient(FrameChannel channel, byte[] input) {
        this.channel = channel;
        this.input = ByteBuffer.wrap(input);
    }

    /// Runs a line on the daemon that has a data directory. As the client does, it asks again if
    /// nobody has answered: a shell may be on its way out.
    static Result exec(Path data, String line, byte[] input) {
        long start = System.nanoTime();
        while (true) {
            try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                try {
                    Path run = Files.readSymbolicLink(data.resolve("run"));
                    socket.connect(UnixDomainSocketAddress.of(run.resolve("control.sock")));
                } catch (IOException _) {
                    return result(NOT_RUNNING, new byte[0], "the platform does not run", start);
                }
                ControlClient client = new ControlClient(new FrameChannel(socket), input);
                try {
                    int status = client.await(data, line);
                    return result(
                            status,
                            client.output.toByteArray(),
                            client.errors.toString(UTF_8),
                            start);
                } catch (ExecutionException e) {
                    if (client.answered) {
                        String broken = "the connection broke: " + e.getCause();
                        return result(1, new byte[0], broken, start);
                    }
                } catch (InterruptedException | TimeoutException e) {
                    throw new AssertionError("no end for long: " + line, e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private int await(Path data, String line)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                ended.complete(run(data, line));
            } catch (Throwable e) {
                ended.completeExceptionally(e);
            }
        });
        return ended.get(180 * UnderTest.PATIENCE, TimeUnit.SECONDS);
    }

    private static Result result(int status, byte[] output, String errors, long start) {
        return new Result(status, output, errors, Duration.ofNanos(System.nanoTime() - start));
    }

    private int run(Path data, String line) throws IOException {
        channel.write(
                new OpenRequest(
                                OpenRequest.Mode.RUN,
                                line,
                                data.toRealPath().toString(),
                                Path.of("").toAbsolutePath().toString(),
                                "",
                                0,
                                0)
                        .toFrame());
        while (true) {
            Frame frame = channel.read();
            if (frame == null) {
                throw new IOException("it ended without an answer");
            }
            answered = true;
            switch (frame.type()) {
                case OUTPUT -> take(frame, output);
                case ERROR -> take(frame, errors);
                case WANT_INPUT -> give(frame.number(0));
                case EXIT -> {
                    return frame.number(0);
                }
                default -> throw new IOException("unexpected frame " + frame.type());
            }
        }
    }

    private static void take(Frame frame, ByteArrayOutputStream bytes) {
        byte[] payload = new byte[frame.payload().remaining()];
        frame.payload().get(payload);
        bytes.writeBytes(payload);
    }

    /// As much as is wanted, and the end after the last of it: too late for a command that has
    /// ended meanwhile, whose exit status is on the way.
    private void give(int wanted) {
        try {
            int left = wanted;
            while (left > 0 && input.hasRemaining()) {
                int size = Math.min(Math.min(CHUNK, left), input.remaining());
                ByteBuffer chunk = input.slice(input.position(), size);
                input.position(input.position() + size);
                channel.write(new Frame(FrameType.INPUT, chunk));
                left -= size;
            }
            if (left > 0) {
                channel.write(Frame.of(FrameType.INPUT_END));
            }
        } catch (IOException _) {
            // If the connection is broken, the next read says so.
        }
    }
}
