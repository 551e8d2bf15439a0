package io.sunaba.shell.steady;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ProcessStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.function.Function;

/// Streams that go on with the next core. No output is lost or comes twice: what a reader has not
/// had stays in the guest. Input that a core has not passed on when it goes fails.
final class SteadyStreams implements ProcessStreams {
    private record Open(SteadySandbox.Held of, ProcessStreams streams) {}

    private interface Use<T> {
        T of(ProcessStreams streams) throws IOException;
    }

    private final SteadySandbox sandbox;
    private final String containerId;
    private final String processId;
    private volatile Open open;
    private volatile boolean closed;

    SteadyStreams(
            SteadySandbox sandbox,
            SteadySandbox.Held of,
            ProcessStreams first,
            String containerId,
            String processId) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.open = new Open(of, first);
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
    }

    @Override
    public OutputStream stdin() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] data, int offset, int length) throws IOException {
                current().stdin().write(data, offset, length);
            }

            @Override
            public void close() throws IOException {
                current().stdin().close();
            }
        };
    }

    @Override
    public InputStream stdout() {
        return output(ProcessStreams::stdout);
    }

    @Override
    public InputStream stderr() {
        return output(ProcessStreams::stderr);
    }

    private InputStream output(Function<ProcessStreams, InputStream> which) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return length == 0
                        ? 0
                        : repeat(streams -> which.apply(streams).read(target, offset, length));
            }

            @Override
            public int available() throws IOException {
                return which.apply(open.streams).available();
            }
        };
    }

    private <T> T repeat(Use<T> use) throws IOException {
        while (true) {
            Open now = open;
            try {
                return use.of(now.streams);
            } catch (IOException e) {
                if (closed || !sandbox.gone(now.of)) {
                    throw e;
                }
                reopen(now);
            }
        }
    }

    private ProcessStreams current() throws IOException {
        Open now = open;
        if (!closed && sandbox.gone(now.of)) {
            reopen(now);
        }
        return open.streams;
    }

    @SuppressWarnings("ReferenceEquality") // somebody else may have done it
    private synchronized void reopen(Open gone) throws IOException {
        if (open != gone) {
            return;
        }
        try {
            SteadySandbox.Held next = sandbox.next(gone.of);
            open = new Open(next, next.sandbox().ioStream(containerId, processId));
        } catch (SunabaException e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the platform was waited for");
        }
        if (closed) {
            open.streams.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        open.streams.close();
    }
}
