package io.sunaba.core.workflow;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Runs what must not be cut short, such as clean-up: on a thread of its own, which nobody
/// interrupts. An interrupt of the caller is kept for afterwards.
public final class Uninterrupted {
    private Uninterrupted() {}

    public static void run(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
