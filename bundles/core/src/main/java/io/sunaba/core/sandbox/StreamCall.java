package io.sunaba.core.sandbox;

import io.sunaba.error.SunabaException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// One call to the agent for a stream, on a thread of its own, so that whoever waits for it can be
/// let go.
final class StreamCall<T> {
    @FunctionalInterface
    interface Body<T> {
        T run() throws InterruptedException;
    }

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    StreamCall(Body<T> body) {
        thread =
                Thread.startVirtualThread(() -> {
                    try {
                        result.complete(body.run());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
    }

    /// Waits for the result, or until the streams are closed; the call goes on then.
    ///
    /// @param closed completes when the streams are closed
    T await(CompletableFuture<Void> closed) throws IOException {
        try {
            CompletableFuture.anyOf(result, closed).get();
            if (!result.isDone()) {
                throw new IOException("the streams were closed");
            }
            return result.get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the guest was waited for");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SunabaException cause
                    ? new IOException(cause.getMessage(), cause)
                    : new IOException("the call to the guest failed", e.getCause());
        }
    }

    boolean failed() {
        return result.isCompletedExceptionally();
    }

    /// Waits until it has ended, for some time at most.
    void join(Duration patience) throws InterruptedException {
        thread.join(patience);
    }

    void cancel() {
        thread.interrupt();
    }
}
