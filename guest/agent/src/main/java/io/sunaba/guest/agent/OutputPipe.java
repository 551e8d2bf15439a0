package io.sunaba.guest.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.StreamPosition;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// What a process writes to one of its streams, as far as the host asks for it.
///
/// Bytes stay in the pipe until a call wants them, so that nothing is lost when the host goes away
/// and comes back; a process that writes more than the pipe holds waits. What was answered to a
/// host that counts stays here until it tells that it has arrived: an answer may be on its way when
/// the connection ends.
final class OutputPipe {
    /// Most bytes in one answer: what a pipe holds.
    static final int MAX_READ = 64 << 10;

    private record Read(
            int length, @Nullable StreamPosition position, Reply<ReadStreamResponse> reply) {}

    private final SystemCalls calls;
    private final EventLoop events;
    private final int descriptor;
    private final Queue<Read> reads = new ArrayDeque<>();
    private ByteString kept = ByteString.EMPTY;
    private long counter;
    private long keptAt;
    private boolean waiting;
    private boolean ended;

    /// Takes over the read end of a pipe, or a terminal.
    OutputPipe(SystemCalls calls, EventLoop events, int descriptor) throws ErrnoException {
        this.calls = calls;
        this.events = events;
        this.descriptor = descriptor;
        calls.setNonBlocking(descriptor);
    }

    /// Answers when there are bytes; with none at the end of the stream.
    ///
    /// @param position what the host has had, or null if it does not count
    void read(int length, @Nullable StreamPosition position, Reply<ReadStreamResponse> reply) {
        Read read = new Read(length <= 0 ? MAX_READ : Math.min(length, MAX_READ), position, reply);
        reply.onAbandoned(() -> forget(read));
        synchronized (this) {
            reads.add(read);
        }
        advance();
    }

    private synchronized void forget(Read read) {
        reads.remove(read);
    }

    /// Lets go of what the host has had.
    ///
    /// @param position null if it does not count: then it has had all
    synchronized void arrived(@Nullable StreamPosition position) {
        if (position == null) {
            kept = ByteString.EMPTY;
        } else if (position.getCounter() != counter) {
            counter = position.getCounter();
            keptAt = position.getBytes();
        } else {
            long had = position.getBytes() - keptAt;
            boolean within = had >= 0 && had <= kept.size();
            kept = within ? kept.substring((int) had) : ByteString.EMPTY;
            keptAt = position.getBytes();
        }
    }

    /// How many bytes are here for a host that has not told that they have arrived.
    synchronized int kept() {
        return kept.size();
    }

    private void ready() {
        synchronized (this) {
            waiting = false;
        }
        advance();
    }

    private void advance() {
        while (true) {
            Read read;
            ByteString data;
            synchronized (this) {
                read = reads.peek();
                if (read == null) {
                    return;
                }
                if (read.reply.isAbandoned()) {
                    reads.remove();
                    continue;
                }
                arrived(read.position);
                data = kept.substring(0, Math.min(kept.size(), read.length));
                if (data.isEmpty() && waiting) {
                    return;
                }
                if (data.isEmpty()) {
                    byte[] bytes = new byte[ended ? 0 : read.length];
                    int count = ended ? 0 : take(bytes);
                    if (count == SystemCalls.WOULD_BLOCK) {
                        return;
                    }
                    data =
                            count == bytes.length
                                    ? UnsafeByteOperations.unsafeWrap(bytes)
                                    : ByteString.copyFrom(bytes, 0, count); // it may be kept long
                    kept = read.position == null ? ByteString.EMPTY : data;
                }
                reads.remove();
            }
            read.reply.send(ReadStreamResponse.newBuilder().setData(data).build());
        }
    }

    /// Reads, or arranges to be called when that is possible.
    private int take(byte[] bytes) {
        try {
            int count = calls.read(descriptor, bytes, bytes.length);
            if (count == SystemCalls.WOULD_BLOCK) {
                waiting = true;
                events.await(descriptor, SystemCalls.EPOLLIN, this::ready);
            } else if (count == 0) {
                end();
            }
            return count;
        } catch (ErrnoException e) {
            // A terminal whose last process is gone says EIO: that is its end.
            waiting = false;
            end();
            return 0;
        }
    }

    private synchronized void end() {
        if (!ended) {
            ended = true;
            events.close(descriptor);
        }
    }

    /// Ends the stream: whoever waits gets its end. What is left in the pipe is lost.
    void close() {
        end();
        ready();
    }
}
