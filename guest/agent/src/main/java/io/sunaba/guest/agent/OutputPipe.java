package io.sunaba.guest.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sunaba.guest.protocol.ReadStreamResponse;
import java.util.ArrayDeque;
import java.util.Queue;

/// What a process writes to one of its streams, as far as the host asks for it.
///
/// Bytes stay in the pipe until a call wants them, so that nothing is lost when the host goes away
/// and comes back; a process that writes more than the pipe holds waits.
final class OutputPipe {
    /// Most bytes in one answer: what a pipe holds.
    static final int MAX_READ = 64 << 10;

    private record Read(int length, Reply<ReadStreamResponse> reply) {}

    private final SystemCalls calls;
    private final EventLoop events;
    private final int descriptor;
    private final Queue<Read> reads = new ArrayDeque<>();
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
    void read(int length, Reply<ReadStreamResponse> reply) {
        Read read = new Read(length <= 0 ? MAX_READ : Math.min(length, MAX_READ), reply);
        reply.onAbandoned(() -> forget(read));
        synchronized (this) {
            reads.add(read);
        }
        advance();
    }

    private synchronized void forget(Read read) {
        reads.remove(read);
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
            byte[] bytes;
            int count;
            synchronized (this) {
                read = reads.peek();
                if (read == null || waiting) {
                    return;
                }
                if (read.reply.isAbandoned()) {
                    reads.remove();
                    continue;
                }
                bytes = new byte[ended ? 0 : read.length];
                count = ended ? 0 : take(bytes);
                if (count == SystemCalls.WOULD_BLOCK) {
                    return;
                }
                reads.remove();
            }
            ByteString data = UnsafeByteOperations.unsafeWrap(bytes, 0, count);
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
