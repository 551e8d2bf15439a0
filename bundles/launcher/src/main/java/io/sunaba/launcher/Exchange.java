package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// One conversation with the platform: input there, output here, until it ends.
final class Exchange {
    private static final int CHUNK_BYTES = 64 << 10;

    /// 128 and the number of `SIGPIPE`.
    private static final int BROKEN_PIPE = 141;

    private final FrameChannel channel;
    private final InputStream input;
    private final OutputStream output;
    private final OutputStream error;
    private final Terminal terminal;

    private final Object wanting = new Object();
    private int wanted;
    private boolean reading;

    Exchange(
            FrameChannel channel,
            InputStream input,
            OutputStream output,
            OutputStream error,
            Terminal terminal) {
        this.channel = requireNonNull(channel, "channel is null");
        this.input = requireNonNull(input, "input is null");
        this.output = requireNonNull(output, "output is null");
        this.error = requireNonNull(error, "error is null");
        this.terminal = requireNonNull(terminal, "terminal is null");
    }

    /// Asks, passes bytes both ways, and returns the exit status.
    int run(OpenRequest request) throws IOException {
        channel.write(request.toFrame());
        while (true) {
            Frame frame = channel.read();
            if (frame == null) {
                throw new IOException("it ended without an answer");
            }
            switch (frame.type()) {
                case OUTPUT, ERROR -> {
                    if (!copy(frame.payload(), frame.type() == FrameType.OUTPUT ? output : error)) {
                        return BROKEN_PIPE;
                    }
                }
                case WANT_INPUT -> want(frame.number(0));
                case TERMINAL -> enter(TerminalMode.of(frame));
                case EXIT -> {
                    return frame.number(0);
                }
                case OPEN, INPUT, INPUT_END, RESIZE, SIGNAL ->
                        throw new IOException("unexpected frame " + frame.type());
            }
        }
    }

    /// Tells the platform about a signal.
    void signal(int number) throws IOException {
        channel.write(Frame.of(FrameType.SIGNAL, number));
    }

    /// Tells the platform about the terminal's size.
    void resize() throws IOException {
        channel.write(Frame.of(FrameType.RESIZE, terminal.size()));
    }

    private void enter(TerminalMode mode) {
        try {
            terminal.enter(mode);
        } catch (IOException _) {
            // The terminal is gone; its size tells.
        }
        try {
            resize();
        } catch (IOException _) {
            // The platform listens no more. Its next frame tells why, or that there is none.
        }
    }

    /// Returns false if nobody reads the stream any more.
    private static boolean copy(ByteBuffer bytes, OutputStream stream) {
        try {
            stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Input is not touched before somebody wants it: it may be meant for the next command.
    private void want(int bytes) {
        synchronized (wanting) {
            wanted += bytes;
            wanting.notifyAll();
            if (!reading) {
                reading = true;
                Thread.ofPlatform().daemon().name("input").start(this::sendInput);
            }
        }
    }

    private void sendInput() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            while (true) {
                int read = input.read(chunk, 0, Math.min(chunk.length, awaitWanted()));
                if (read < 0) {
                    channel.write(Frame.of(FrameType.INPUT_END));
                    return;
                }
                synchronized (wanting) {
                    wanted -= read;
                }
                channel.write(new Frame(FrameType.INPUT, ByteBuffer.wrap(chunk, 0, read)));
            }
        } catch (IOException | InterruptedException _) {
            // The platform is gone, which the other thread tells, or input cannot be read: no more.
        }
    }

    private int awaitWanted() throws InterruptedException {
        synchronized (wanting) {
            while (wanted == 0) {
                wanting.wait();
            }
            return wanted;
        }
    }
}
