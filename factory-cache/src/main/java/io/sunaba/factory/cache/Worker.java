package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;

/// Work on a thread of its own that can be given up.
///
/// @param thread the thread
/// @param ended completes when the work has ended, however it did
record Worker(Thread thread, CompletableFuture<Void> ended) {
    Worker {
        requireNonNull(thread, "thread is null");
        requireNonNull(ended, "ended is null");
    }

    static Worker start(String name, Runnable work) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread thread =
                Thread.ofVirtual()
                        .name(name)
                        .start(() -> {
                            try {
                                work.run();
                            } finally {
                                ended.complete(null);
                            }
                        });
        return new Worker(thread, ended);
    }

    /// Gives the work up and waits until it has ended, whatever interrupts the caller.
    void stop() {
        thread.interrupt();
        ended.join();
    }

    boolean isCurrent() {
        return thread == Thread.currentThread();
    }
}
