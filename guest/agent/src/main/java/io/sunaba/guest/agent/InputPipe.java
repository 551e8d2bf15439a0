package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.StreamPosition;
import io.sunaba.guest.protocol.WriteStreamResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// What a process reads from its standard input. A write is answered when the pipe has taken all of
/// it; writes go in one after the other.
final class InputPipe {
    private static final class Write {
        final byte[] bytes;
        final @Nullable Reply<WriteStreamResponse> reply;
        int written;

        /// @param repeated how many of the bytes came before
        Write(byte[] bytes, int repeated, Reply<WriteStreamResponse> reply) {
            this.bytes = bytes;
            this.written = repeated;
            this.reply = reply;
        }

        /// A write that nobody asked for.
        Write(String characters) {
            this.bytes = characters.getBytes(StandardCharsets.US_ASCII);
            this.reply = null;
        }

        void answer(String name) {
            if (reply == null) {
                return;
            }
            if (written == bytes.length) {
                reply.send(WriteStreamResponse.newBuilder().setLen(written).build());
            } else {
                reply.fail(Failures.wrongState("standard input of " + name + " is closed"));
            }
        }
    }

    private final String name;
    private final SystemCalls calls;
    private final EventLoop events;
    private final int descriptor;
    private final boolean terminal;
    private final Queue<Write> writes = new ArrayDeque<>();
    private long counter;
    private long accepted;
    private boolean lineEnded = true;
    private boolean waiting;
    private boolean closeAfterWrites;
    private boolean closed;

    /// Takes over the write end of a pipe, or a terminal.
    ///
    /// @param name of the process, for messages
    InputPipe(String name, SystemCalls calls, EventLoop events, int descriptor, boolean terminal)
            throws ErrnoException {
        this.name = name;
        this.calls = calls;
        this.events = events;
        this.descriptor = descriptor;
        this.terminal = terminal;
        calls.setNonBlocking(descriptor);
    }

    /// @param position what the host has given before, or null if it does not count
    void write(byte[] bytes, @Nullable StreamPosition position, Reply<WriteStreamResponse> reply) {
        synchronized (this) {
            if (closed || closeAfterWrites) {
                throw Failures.wrongState("standard input of " + name + " is closed");
            }
            writes.add(new Write(bytes, repeated(bytes.length, position), reply));
            if (bytes.length > 0) {
                lineEnded = bytes[bytes.length - 1] == '\n';
            }
        }
        advance();
    }

    /// Returns how many of so many bytes were accepted before, by a connection that ended.
    private int repeated(int length, @Nullable StreamPosition position) {
        if (position == null) {
            return 0;
        }
        if (position.getCounter() != counter) {
            counter = position.getCounter();
            accepted = position.getBytes();
        }
        int repeated = Math.clamp(accepted - position.getBytes(), 0, length);
        accepted = Math.max(accepted, position.getBytes() + length);
        return repeated;
    }

    /// Closes the input behind what was written. May be repeated. The process at a terminal is told
    /// by the character for the end, as the terminal stays open for its output; within a line, the
    /// first such character only hands over that line.
    void closeAfterWrites() {
        synchronized (this) {
            if (terminal && !closed && !closeAfterWrites) {
                writes.add(new Write(lineEnded ? "\4" : "\4\4"));
            }
            closeAfterWrites = true;
        }
        advance();
    }

    /// Closes the input now; writes that wait fail.
    void close() {
        synchronized (this) {
            closeNow();
        }
        ready();
    }

    private void ready() {
        synchronized (this) {
            waiting = false;
        }
        advance();
    }

    private void advance() {
        while (true) {
            Write write;
            synchronized (this) {
                if (waiting) {
                    return;
                }
                write = writes.peek();
                if (write == null) {
                    if (closeAfterWrites) {
                        closeNow();
                    }
                    return;
                }
                if (!closed && !take(write)) {
                    return;
                }
                writes.remove();
            }
            write.answer(name);
        }
    }

    /// Writes what goes in; false if the rest has to wait.
    private boolean take(Write write) {
        byte[] bytes = write.bytes;
        try {
            while (write.written < bytes.length) {
                int count =
                        calls.write(descriptor, bytes, write.written, bytes.length - write.written);
                if (count == SystemCalls.WOULD_BLOCK) {
                    waiting = true;
                    events.await(descriptor, SystemCalls.EPOLLOUT, this::ready);
                    return false;
                }
                write.written += count;
            }
        } catch (ErrnoException e) {
            waiting = false;
            closeNow();
        }
        return true;
    }

    private synchronized void closeNow() {
        if (!closed) {
            closed = true;
            events.close(descriptor);
        }
    }
}
