package io.sunaba.core.workflow;

import io.sunaba.error.TimedOutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs what may hang, and gives it up after a time.
public final class Limited {
    private Limited() {}

    /// @param what what is done, for the message
    /// @throws TimedOutException if it took longer; it was interrupted then
    public static void run(String what, Duration limit, Action action) throws InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread =
                Thread.startVirtualThread(() -> {
                    try {
                        action.run();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                });
        try {
            done.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOutException(what + " took longer than " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } finally {
            thread.interrupt();
        }
    }
}
