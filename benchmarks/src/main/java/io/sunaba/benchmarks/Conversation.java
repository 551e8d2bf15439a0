package io.sunaba.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One line run by the platform's shell, as the client program runs it: while the shell is being
/// replaced it waits, and asks again what nobody has begun.
final class Conversation implements AutoCloseable {
    /// The exit status of what the shell cut short when it went.
    static final int TRY_AGAIN = 75;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// As long as the client program's: a load that asks more often takes the processors that the
    /// platform would need.
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Shell shell;
    private volatile FrameChannel channel;

    /// What was given to this connection, and how much of it was sent: ASCII.
    private final StringBuilder given = new StringBuilder();

    private int sent;
    private final StringBuilder output = new StringBuilder();
    private final StringBuilder errors = new StringBuilder();
    private int wanted;
    private int status = -1;

    private Conversation(Shell shell, FrameChannel channel) {
        this.shell = shell;
        this.channel = channel;
    }

    /// Has the shell begin a line.
    static Conversation begin(Shell shell, String line) throws IOException {
        return new Conversation(shell, open(shell, line));
    }

    private static FrameChannel open(Shell shell, String line) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                FrameChannel channel = shell.open(line);
                if (channel.read() != null) {
                    return channel;
                }
                channel.close();
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /// Runs a line to its end.
    ///
    /// @return its output
    /// @throws IOException if it fails; the message is what it said
    static String run(Shell shell, String line) throws IOException {
        try (Conversation conversation = begin(shell, line)) {
            StringBuilder output = new StringBuilder();
            String text = conversation.read();
            for (; text != null; text = conversation.read()) {
                output.append(text);
            }
            conversation.expectSuccess(line);
            return output.toString();
        }
    }

    /// Waits for output; returns null at the end.
    @Nullable String read() throws IOException {
        while (output.isEmpty() && status < 0) {
            take();
        }
        if (output.isEmpty()) {
            return null;
        }
        String text = output.toString();
        output.setLength(0);
        return text;
    }

    private void take() throws IOException {
        Frame frame = channel.read();
        if (frame == null) {
            throw new IOException("the platform hung up");
        }
        switch (frame.type()) {
            case OUTPUT -> output.append(text(frame));
            case ERROR -> errors.append(text(frame));
            case EXIT -> status = frame.number(0);
            case WANT_INPUT -> {
                wanted += frame.number(0);
                send();
            }
            case HANDOVER -> goOn(Handover.of(frame));
            default -> throw new IOException("unexpected frame " + frame.type());
        }
    }

    private void goOn(Handover handover) throws IOException {
        channel.close();
        given.delete(0, (int) handover.usedInput());
        sent = 0;
        wanted = 0;
        channel = open(shell, handover.line());
    }

    private void send() {
        int count = Math.min(wanted, given.length() - sent);
        if (count > 0) {
            String text = given.substring(sent, sent + count);
            sent += count;
            wanted -= count;
            try {
                channel.write(new Frame(FrameType.INPUT, ByteBuffer.wrap(text.getBytes(UTF_8))));
            } catch (IOException _) {
                // The next frame tells why, or that there is none.
            }
        }
    }

    private static String text(Frame frame) {
        byte[] bytes = new byte[frame.payload().remaining()];
        frame.payload().get(bytes);
        return new String(bytes, UTF_8);
    }

    /// Waits until the line takes input, and gives it some.
    ///
    /// @return whether it did; it has ended otherwise
    boolean write(String input) throws IOException {
        given.append(input);
        send();
        while (sent < given.length()) {
            if (status >= 0) {
                return false;
            }
            take();
        }
        return true;
    }

    /// Tells whether it was cut short because the shell was replaced.
    boolean cutShort() {
        return status == TRY_AGAIN;
    }

    void expectSuccess(String line) throws IOException {
        if (status != 0) {
            throw new IOException(
                    "%s: exit status %d: %s".formatted(line, status, errors.toString().strip()));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
