package io.sunaba.core.workflow;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Tasks for threads, which hold nothing of ours once they are done: Felix 7 may hold on to a
/// thread that has ended, if two load the same class at once, and a thread to its task.
public final class Released {
    private Released() {}

    /// Returns a task that does the same, once.
    public static Runnable task(Runnable task) {
        requireNonNull(task, "task is null");
        return new FutureTask<@Nullable Void>(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
            return null;
        });
    }
}
