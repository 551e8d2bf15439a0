package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// What goes to the client, in order.
///
/// One thread of its own writes to the socket: those that run commands may be interrupted, which
/// would close it. The queue is short, so a client that does not read holds its command up.
final class RemoteOutput implements AutoCloseable {
    private static final int QUEUE_FRAMES = 8;
    private static final int CHUNK_BYTES = 64 << 10;

    private final FrameChannel channel;
    private final BlockingQueue<Frame> queue = new ArrayBlockingQueue<>(QUEUE_FRAMES);
    private final Thread writer;
    private volatile boolean broken;

    RemoteOutput(FrameChannel channel) {
        this.channel = requireNonNull(channel, "channel is null");
        this.writer = Thread.ofVirtual().name("control-writer").start(this::write);
    }

    /// Returns a stream whose bytes travel in frames of this type.
    OutputStream stream(FrameType type) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                for (int from = offset; from < offset + length; from += CHUNK_BYTES) {
                    int to = Math.min(from + CHUNK_BYTES, offset + length);
                    send(new Frame(type, ByteBuffer.wrap(Arrays.copyOfRange(source, from, to))));
                }
            }
        };
    }

    /// Sends a frame after those before it.
    void send(Frame frame) throws IOException {
        try {
            if (broken) {
                throw new IOException("the client is gone");
            }
            queue.put(frame);
        } catch (InterruptedException _) {
            // The flag stays for the command: the streams in between swallow exceptions.
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing output");
        }
    }

    /// Sends the exit status as the last frame and waits until all is written.
    void finish(int status) throws InterruptedException {
        finish(Frame.of(FrameType.EXIT, status));
    }

    /// Sends word of what another shell goes on with as the last frame and waits until all is
    /// written.
    void finish(Handover handover) throws InterruptedException {
        finish(handover.toFrame());
    }

    private void finish(Frame last) throws InterruptedException {
        queue.put(last);
        writer.join();
    }

    private static boolean isLast(Frame frame) {
        return frame.type() == FrameType.EXIT || frame.type() == FrameType.HANDOVER;
    }

    /// Gives up what is not written yet.
    @Override
    public void close() {
        broken = true;
        queue.clear();
        writer.interrupt();
    }

    private void write() {
        try {
            while (true) {
                Frame frame = queue.take();
                if (!broken) {
                    channel.write(frame);
                }
                if (isLast(frame)) {
                    return;
                }
            }
        } catch (IOException _) {
            // The client is gone; the reader of the connection sees that too and ends the command.
            broken = true;
            drain();
        } catch (InterruptedException _) {
            broken = true;
        }
    }

    /// Takes what was put meanwhile, lest somebody wait for room for ever.
    private void drain() {
        try {
            while (!isLast(queue.take())) {
                // Nobody reads it.
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }
}
