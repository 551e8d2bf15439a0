package io.sunaba.shell.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import io.sunaba.sandbox.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A client of a control server, which shows what passes.
final class TestClient implements AutoCloseable {
    final ByteArrayOutputStream output = new ByteArrayOutputStream();
    final ByteArrayOutputStream error = new ByteArrayOutputStream();
    private final FrameChannel channel;
    private int seen;
    int wanted;

    /// What it has been told about its terminal.
    final List<TerminalMode> modes = new ArrayList<>();

    /// The size of its terminal.
    TerminalSize size = new TerminalSize(100, 30);

    /// What a client got.
    record Outcome(String output, String error, int status) {}

    TestClient(Path run, String line, OpenRequest.Mode mode) throws IOException {
        this(run, new OpenRequest(mode, line, run.toString(), "/", "", 0, 0));
    }

    TestClient(Path run, OpenRequest request) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(UnixDomainSocketAddress.of(run.resolve("control.sock")));
        channel = new FrameChannel(socket);
        channel.write(request.toFrame());
    }

    void send(Frame frame) throws IOException {
        channel.write(frame);
    }

    /// Types keys.
    void type(String keys) throws IOException {
        send(new Frame(FrameType.INPUT, ByteBuffer.wrap(keys.getBytes(UTF_8))));
    }

    /// Changes the size of its terminal.
    void resize(int columns, int rows) throws IOException {
        size = new TerminalSize(columns, rows);
        send(Frame.of(FrameType.RESIZE, columns, rows));
    }

    /// Waits for a text after what was awaited before.
    void awaitOutput(String text) throws IOException {
        while (output.toString(UTF_8).indexOf(text, seen) < 0) {
            Frame frame = channel.read();
            assertThat(frame).as("the end of the output").isNotNull();
            if (frame != null && frame.type() == FrameType.OUTPUT) {
                take(frame, output);
            } else if (frame != null && frame.type() == FrameType.TERMINAL) {
                enter(TerminalMode.of(frame));
            } else if (frame != null && frame.type() == FrameType.WANT_INPUT) {
                wanted += frame.number(0);
            }
        }
        seen = output.toString(UTF_8).indexOf(text, seen) + text.length();
    }

    private void enter(TerminalMode mode) {
        modes.add(mode);
        try {
            resize(size.columns(), size.rows());
        } catch (IOException _) {
            // At its end the server listens no more.
        }
    }

    /// Takes what comes until the shell goes.
    Handover awaitHandover() throws IOException {
        for (Frame frame = channel.read(); frame != null; frame = channel.read()) {
            switch (frame.type()) {
                case OUTPUT -> take(frame, output);
                case ERROR -> take(frame, error);
                case TERMINAL -> enter(TerminalMode.of(frame));
                case WANT_INPUT -> wanted += frame.number(0);
                case HANDOVER -> {
                    return Handover.of(frame);
                }
                default -> throw new AssertionError("unexpected " + frame.type());
            }
        }
        throw new AssertionError("no handover");
    }

    /// Sends the input as it is wanted and takes all that comes.
    Outcome finish(byte[] input) throws IOException {
        int sent = 0;
        boolean ended = false;
        if (wanted > 0) {
            sent = Math.min(wanted, input.length);
            offer(new Frame(FrameType.INPUT, ByteBuffer.wrap(input, 0, sent)));
        }
        for (Frame frame = channel.read(); frame != null; frame = channel.read()) {
            switch (frame.type()) {
                case OUTPUT -> take(frame, output);
                case ERROR -> take(frame, error);
                case EXIT -> {
                    return new Outcome(
                            output.toString(UTF_8), error.toString(UTF_8), frame.number(0));
                }
                case TERMINAL -> enter(TerminalMode.of(frame));
                case WANT_INPUT -> {
                    wanted += frame.number(0);
                    int count = Math.min(frame.number(0), input.length - sent);
                    offer(new Frame(FrameType.INPUT, ByteBuffer.wrap(input, sent, count)));
                    sent += count;
                    if (sent == input.length && !ended) {
                        ended = true;
                        offer(Frame.of(FrameType.INPUT_END));
                    }
                }
                default -> throw new AssertionError("unexpected " + frame.type());
            }
        }
        throw new AssertionError("no exit status");
    }

    /// Sends input, which comes too late for a command that has ended meanwhile.
    private void offer(Frame frame) {
        try {
            send(frame);
        } catch (IOException _) {
            // Its exit status is on the way.
        }
    }

    private static void take(Frame frame, ByteArrayOutputStream to) {
        ByteBuffer bytes = frame.payload();
        to.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
