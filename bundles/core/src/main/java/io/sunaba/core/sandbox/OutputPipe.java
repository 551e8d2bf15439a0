package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One output stream of a process. Reads one chunk when it is asked for, and never a second before
/// the first was taken. What was under way when a reader left is there for the next one.
final class OutputPipe {
    private final StreamCall.Body<byte[]> source;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable StreamCall<byte[]> pending;
    private byte[] chunk = new byte[0];
    private int position;
    private volatile boolean ended;

    /// @param source waits for output and returns it; empty at the end
    OutputPipe(StreamCall.Body<byte[]> source) {
        this.source = requireNonNull(source, "source is null");
    }

    /// Returns a view of the stream for one reader.
    ///
    /// @param closed completes when the reader leaves
    InputStream open(CompletableFuture<Void> closed) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return length == 0 ? 0 : OutputPipe.this.read(target, offset, length, closed);
            }

            @Override
            public int available() {
                return chunk.length - position;
            }
        };
    }

    /// Tells whether nothing would be lost with this object: no bytes are here, and none are on
    /// their way.
    boolean idle() {
        lock.lock();
        try {
            return pending == null && position == chunk.length;
        } finally {
            lock.unlock();
        }
    }

    /// Lets go of what is on its way, for nobody will take it.
    void cancel() {
        StreamCall<byte[]> call = pending;
        if (call != null) {
            call.cancel();
        }
    }

    private int read(byte[] target, int offset, int length, CompletableFuture<Void> closed)
            throws IOException {
        lock.lock();
        try {
            if (closed.isDone()) {
                throw new IOException("the streams were closed");
            }
            if (position == chunk.length && !ended) {
                fill(closed);
            }
            if (ended) {
                return -1;
            }
            int count = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, target, offset, count);
            position += count;
            return count;
        } finally {
            lock.unlock();
        }
    }

    private void fill(CompletableFuture<Void> closed) throws IOException {
        StreamCall<byte[]> call = pending;
        if (call == null) {
            call = new StreamCall<>(source);
            pending = call;
        }
        boolean stays = true;
        try {
            chunk = call.await(closed);
            position = 0;
            ended = chunk.length == 0;
            stays = false;
        } finally {
            if (!stays || call.failed()) {
                pending = null;
            }
        }
    }
}
