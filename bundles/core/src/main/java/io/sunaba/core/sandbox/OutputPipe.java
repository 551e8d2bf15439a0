package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.StreamPosition;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One output stream of a process. Reads one chunk when it is asked for, and never a second before
/// the first was taken. What was under way when a reader left is there for the next one.
///
/// The guest keeps what it answered until it is told that a reader has had it: with the next
/// request, or by itself when the reader leaves.
final class OutputPipe {
    private static final byte[] NOTHING = new byte[0];

    /// The guest's end.
    interface Source {
        /// Tells how far another process has come that left while it waited for output.
        Optional<StreamPosition> left() throws InterruptedException;

        /// Waits for output and returns it; empty at the end.
        byte[] read(StreamPosition had) throws InterruptedException;

        /// Tells what was read.
        void confirm(StreamPosition had) throws InterruptedException;
    }

    private final Source source;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock confirming = new ReentrantLock();
    private volatile @Nullable StreamCall<byte[]> pending;
    private StreamPosition chunkAt = new StreamPosition(newCounter(), 0);

    /// Where the call begins that is pending.
    private volatile StreamPosition asked = chunkAt;

    private boolean begun;
    private byte[] chunk = NOTHING;
    private int position;
    private long told;
    private volatile boolean ended;

    OutputPipe(Source source) {
        this.source = requireNonNull(source, "source is null");
    }

    static long newCounter() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
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

    /// Tells whether nothing would be lost with this object: no bytes are here, none are on their
    /// way, and the guest knows what was read.
    boolean idle() {
        lock.lock();
        try {
            return pending == null && position == chunk.length && told == had().bytes();
        } finally {
            lock.unlock();
        }
    }

    private StreamPosition had() {
        return chunkAt.plus(position);
    }

    /// Tells the guest what was read, unless it knows.
    ///
    /// @throws io.sunaba.error.SunabaException if that fails; the guest goes on keeping it
    void confirm() throws InterruptedException {
        // Two who do it at once would tell the same twice.
        confirming.lockInterruptibly();
        try {
            StreamPosition had = untold();
            if (had != null) {
                source.confirm(had);
                setTold(had);
            }
        } finally {
            confirming.unlock();
        }
    }

    private @Nullable StreamPosition untold() {
        lock.lock();
        try {
            StreamPosition had = had();
            return told == had.bytes() ? null : had;
        } finally {
            lock.unlock();
        }
    }

    private void setTold(StreamPosition had) {
        lock.lock();
        try {
            told = Math.max(told, had.bytes());
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
            StreamPosition had = had();
            boolean first = !begun;
            chunkAt = had;
            chunk = NOTHING;
            position = 0;
            call =
                    new StreamCall<>(() -> {
                        StreamPosition at = first ? source.left().orElse(had) : had;
                        asked = at;
                        return source.read(at);
                    });
            pending = call;
        }
        boolean stays = true;
        try {
            chunk = call.await(closed);
            begun = true;
            chunkAt = asked;
            // Not before: a request that is on its way may never arrive.
            told = chunkAt.bytes();
            ended = chunk.length == 0;
            stays = false;
        } finally {
            if (!stays || call.failed()) {
                pending = null;
            }
            if (call.failed()) {
                // It may be that it never arrived, nor what it was to tell.
                told = -1;
            }
        }
    }
}
