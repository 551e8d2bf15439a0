package io.sunaba.control;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import org.jspecify.annotations.Nullable;

/// Reads and writes frames. One thread may read while others write.
///
/// Blocking calls of an interrupted thread close the channel, as the channels of the JDK do:
/// threads that may be interrupted stay away from it.
public final class FrameChannel implements AutoCloseable {
    private static final int HEADER_BYTES = 1 + Integer.BYTES;

    private final ByteChannel channel;
    private final Object writing = new Object();
    private final ByteBuffer inHeader = ByteBuffer.allocate(HEADER_BYTES);

    public FrameChannel(ByteChannel channel) {
        this.channel = requireNonNull(channel, "channel is null");
    }

    /// Waits for the next frame; returns null at the end.
    public @Nullable Frame read() throws IOException {
        inHeader.clear();
        if (!fill(inHeader)) {
            return null;
        }
        FrameType type = FrameType.of(inHeader.get(0));
        int length = inHeader.getInt(1);
        if (type == null || length < 0 || length > Frame.MAXIMUM_BYTES) {
            throw new IOException("not a frame: type " + inHeader.get(0) + ", length " + length);
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        if (length > 0 && !fill(payload)) {
            throw new EOFException("the connection ended inside a frame");
        }
        return new Frame(type, payload);
    }

    /// Writes a frame whole.
    public void write(Frame frame) throws IOException {
        int length = frame.payload().remaining();
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + length);
        bytes.put(frame.type().code()).putInt(length).put(frame.payload()).flip();
        synchronized (writing) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    /// Fills the buffer and flips it; returns false if the channel ended before the first byte.
    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                if (buffer.position() == 0) {
                    return false;
                }
                throw new EOFException("the connection ended inside a frame");
            }
        }
        buffer.flip();
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
