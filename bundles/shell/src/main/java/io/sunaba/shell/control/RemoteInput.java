package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameType;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// The client's standard input.
///
/// Nothing is asked of the client before somebody reads, and never more than is kept here: a client
/// whose command reads nothing keeps its input for the next one.
final class RemoteInput extends InputStream {
    private static final int WINDOW_BYTES = 256 << 10;

    private final RemoteOutput output;
    private final Object lock = new Object();
    private final ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
    private int buffered;
    private int requested;
    private long used;
    private boolean ended;

    RemoteInput(RemoteOutput output) {
        this.output = requireNonNull(output, "output is null");
    }

    /// Takes bytes that came from the client.
    void add(ByteBuffer bytes) {
        synchronized (lock) {
            requested -= bytes.remaining();
            buffered += bytes.remaining();
            if (bytes.hasRemaining()) {
                chunks.add(bytes);
            }
            lock.notifyAll();
        }
    }

    /// Takes note that the client has no more.
    void end() {
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int missing;
        synchronized (lock) {
            missing = WINDOW_BYTES - requested - buffered;
            if (ended || missing < WINDOW_BYTES / 2) {
                missing = 0;
            }
            requested += missing;
        }
        if (missing > 0) {
            output.send(Frame.of(FrameType.WANT_INPUT, missing));
        }
        synchronized (lock) {
            try {
                while (chunks.isEmpty() && !ended) {
                    lock.wait();
                }
            } catch (InterruptedException _) {
                throw new InterruptedIOException("interrupted while reading input");
            }
            ByteBuffer chunk = chunks.peek();
            if (chunk == null) {
                return -1;
            }
            int count = Math.min(length, chunk.remaining());
            chunk.get(target, offset, count);
            buffered -= count;
            used += count;
            if (!chunk.hasRemaining()) {
                chunks.remove();
            }
            return count;
        }
    }

    /// How many bytes somebody has read.
    long used() {
        synchronized (lock) {
            return used;
        }
    }

    @Override
    public int available() {
        synchronized (lock) {
            return buffered;
        }
    }
}
