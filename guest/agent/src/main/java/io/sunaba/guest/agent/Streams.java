package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The standard streams of one process: pipes, or a terminal.
final class Streams implements AutoCloseable {
    private static final long TIOCSWINSZ = 0x5414;

    /// Set for a terminal only, as a descriptor of its own.
    private final int terminal;

    private final SystemCalls calls;
    private final EventLoop events;
    private final InputPipe stdin;
    private final OutputPipe stdout;

    /// A terminal has one stream for both.
    private final @Nullable OutputPipe stderr;

    private Streams(
            SystemCalls calls,
            EventLoop events,
            int terminal,
            InputPipe stdin,
            OutputPipe stdout,
            @Nullable OutputPipe stderr) {
        this.calls = calls;
        this.events = events;
        this.terminal = terminal;
        this.stdin = stdin;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /// Starts something with pipes.
    interface Start {
        void with(int[] childEnds) throws IOException, InterruptedException;
    }

    /// Makes pipes, starts the process with their far ends, and keeps the near ones.
    ///
    /// @param name of the process, for messages
    static Streams pipes(String name, SystemCalls calls, EventLoop events, Start start)
            throws IOException, InterruptedException {
        SystemCalls.Pipe in = calls.pipe();
        SystemCalls.Pipe out = calls.pipe();
        SystemCalls.Pipe error = calls.pipe();
        Streams streams =
                new Streams(
                        calls,
                        events,
                        -1,
                        new InputPipe(name, calls, events, in.writeEnd(), false),
                        new OutputPipe(calls, events, out.readEnd()),
                        new OutputPipe(calls, events, error.readEnd()));
        try {
            start.with(new int[] {in.readEnd(), out.writeEnd(), error.writeEnd()});
            return streams;
        } catch (Throwable e) {
            streams.close();
            throw e;
        } finally {
            calls.close(in.readEnd());
            calls.close(out.writeEnd());
            calls.close(error.writeEnd());
        }
    }

    /// Takes over a terminal.
    static Streams terminal(String name, SystemCalls calls, EventLoop events, int terminal)
            throws ErrnoException {
        return new Streams(
                calls,
                events,
                terminal,
                new InputPipe(name, calls, events, calls.duplicate(terminal), true),
                new OutputPipe(calls, events, calls.duplicate(terminal)),
                null);
    }

    InputPipe stdin() {
        return stdin;
    }

    OutputPipe stdout() {
        return stdout;
    }

    @Nullable OutputPipe stderr() {
        return stderr;
    }

    /// How many bytes of output are in the agent's memory.
    int kept() {
        return stdout.kept() + (stderr == null ? 0 : stderr.kept());
    }

    boolean isTerminal() {
        return terminal >= 0;
    }

    void resize(int rows, int columns) throws ErrnoException {
        byte[] size =
                ByteBuffer.allocate(8)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) rows)
                        .putShort((short) columns)
                        .array();
        calls.control(terminal, TIOCSWINSZ, size);
    }

    @Override
    public void close() {
        stdin.close();
        stdout.close();
        if (stderr != null) {
            stderr.close();
        }
        if (terminal >= 0) {
            events.close(terminal);
        }
    }
}
