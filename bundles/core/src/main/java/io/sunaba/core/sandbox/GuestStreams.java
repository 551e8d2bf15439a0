package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.StreamPosition;
import io.sunaba.core.sandbox.StreamHub.Agents;
import io.sunaba.sandbox.ProcessStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The standard streams of a process in the hands of one caller.
final class GuestStreams implements ProcessStreams {
    /// The most that goes in one call.
    static final int CHUNK_BYTES = 256 << 10;

    private final Runnable onClose;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Stdin stdin;
    private final InputStream stdout;
    private final InputStream stderr;

    GuestStreams(
            Agents agents,
            String containerId,
            String processId,
            OutputPipe output,
            OutputPipe errors,
            Runnable onClose) {
        this.onClose = requireNonNull(onClose, "onClose is null");
        stdin = new Stdin(agents, containerId, processId, closed);
        stdout = output.open(closed);
        stderr = errors.open(closed);
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public InputStream stderr() {
        return stderr;
    }

    /// Waits until the guest has taken what was given, for some time at most.
    void awaitInput(Duration patience) throws InterruptedException {
        StreamCall<?> call = stdin.pending;
        if (call != null) {
            call.join(patience);
        }
    }

    @Override
    public void close() {
        if (closed.complete(null)) {
            onClose.run();
        }
    }

    private static final class Stdin extends OutputStream {
        private final Agents agents;
        private final String containerId;
        private final String processId;
        private final CompletableFuture<Void> closed;
        private StreamPosition given = new StreamPosition(OutputPipe.newCounter(), 0);
        private volatile @Nullable StreamCall<?> pending;
        private boolean ended;

        Stdin(Agents agents, String containerId, String processId, CompletableFuture<Void> closed) {
            this.agents = requireNonNull(agents, "agents is null");
            this.containerId = requireNonNull(containerId, "containerId is null");
            this.processId = requireNonNull(processId, "processId is null");
            this.closed = closed;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            if (ended || closed.isDone()) {
                throw new IOException("standard input was closed");
            }
            for (int sent = 0; sent < length; sent += CHUNK_BYTES) {
                int from = offset + sent;
                byte[] chunk =
                        Arrays.copyOfRange(data, from, from + Math.min(CHUNK_BYTES, length - sent));
                StreamPosition at = given;
                call(() -> {
                    agents.agent().writeStdin(containerId, processId, chunk, at);
                    return chunk;
                });
                given = at.plus(chunk.length);
            }
        }

        @Override
        public void close() throws IOException {
            if (ended || closed.isDone()) {
                return;
            }
            ended = true;
            call(() -> {
                agents.agent().closeStdin(containerId, processId);
                return processId;
            });
        }

        private <T> void call(StreamCall.Body<T> body) throws IOException {
            StreamCall<T> call = new StreamCall<>(body);
            pending = call;
            try {
                call.await(closed);
            } finally {
                pending = null;
                call.cancel();
            }
        }
    }
}
