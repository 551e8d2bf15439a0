package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.SentInput;
import io.sunaba.control.TerminalMode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// One conversation with the platform: input there, output here, until it ends.
final class Exchange {
    /// The platform hung up before it said that it takes the request.
    static final class UnansweredException extends IOException {
        private static final long serialVersionUID = 1L;

        UnansweredException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// 128 and the number of `SIGPIPE`.
    private static final int BROKEN_PIPE = 141;

    private final SentInput sent = new SentInput();
    private final Input input;
    private final OutputStream output;
    private final OutputStream error;
    private final Terminal terminal;
    private volatile @Nullable FrameChannel channel;
    private volatile @Nullable String next;

    /// Signals that came while one shell had gone and the next one was not there.
    private final Queue<Integer> missed = new ConcurrentLinkedQueue<>();

    Exchange(InputStream input, OutputStream output, OutputStream error, Terminal terminal) {
        this.input = new Input(requireNonNull(input, "input is null"), sent);
        this.output = requireNonNull(output, "output is null");
        this.error = requireNonNull(error, "error is null");
        this.terminal = requireNonNull(terminal, "terminal is null");
    }

    /// Asks, passes bytes both ways, and returns the exit status, or nothing if another shell is to
    /// go on.
    ///
    /// @param platform who is asked; closed by the caller
    OptionalInt run(FrameChannel platform, OpenRequest request) throws IOException {
        channel = platform;
        try {
            return talk(platform, request);
        } finally {
            channel = null;
        }
    }

    /// Returns the line that another shell is to be asked for.
    Optional<String> next() {
        return Optional.ofNullable(next);
    }

    private OptionalInt talk(FrameChannel platform, OpenRequest request) throws IOException {
        Frame frame = first(platform, request);
        sent.sendTo(platform);
        for (Integer signal = missed.poll(); signal != null; signal = missed.poll()) {
            signal(signal);
        }
        while (true) {
            switch (frame.type()) {
                case OUTPUT, ERROR -> {
                    if (!copy(frame.payload(), frame.type() == FrameType.OUTPUT ? output : error)) {
                        return OptionalInt.of(BROKEN_PIPE);
                    }
                }
                case WANT_INPUT -> input.want(frame.number(0));
                case TERMINAL -> enter(TerminalMode.of(frame));
                case EXIT -> {
                    return OptionalInt.of(frame.number(0));
                }
                case HANDOVER -> {
                    Handover handover = Handover.of(frame);
                    sent.keep(handover.usedInput());
                    next = handover.line();
                    return OptionalInt.empty();
                }
                case OPEN, INPUT, INPUT_END, RESIZE, SIGNAL ->
                        throw new IOException("unexpected frame " + frame.type());
            }
            frame = platform.read();
            if (frame == null) {
                throw new IOException("it ended without an answer");
            }
        }
    }

    private static Frame first(FrameChannel platform, OpenRequest request)
            throws UnansweredException {
        try {
            platform.write(request.toFrame());
            Frame frame = platform.read();
            if (frame != null) {
                return frame;
            }
            throw new EOFException("it ended without an answer");
        } catch (IOException e) {
            throw new UnansweredException(String.valueOf(e.getMessage()), e);
        }
    }

    /// Tells the platform about a signal.
    ///
    /// @throws IOException if nobody listens, nor will
    void signal(int number) throws IOException {
        if (channel == null && next != null) {
            missed.add(number);
            return;
        }
        tell(Frame.of(FrameType.SIGNAL, number));
    }

    /// Tells the platform about the terminal's size.
    void resize() throws IOException {
        tell(Frame.of(FrameType.RESIZE, terminal.size()));
    }

    private void tell(Frame frame) throws IOException {
        FrameChannel platform = channel;
        if (platform == null) {
            throw new IOException("nobody listens");
        }
        platform.write(frame);
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
}
