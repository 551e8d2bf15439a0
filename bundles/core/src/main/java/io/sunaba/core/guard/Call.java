package io.sunaba.core.guard;

import io.sunaba.error.TimedOutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One call of a plugin, on a thread of its own.
final class Call<T> implements Runnable {
    /// What is called.
    interface Body<T> {
        @Nullable T run() throws InterruptedException;
    }

    private final String what;
    private final Body<T> body;
    private final Consumer<T> late;
    private final CompletableFuture<@Nullable T> result = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread runner;

    /// @param what names plugin and method
    /// @param late takes what is returned when nobody waits for it any more
    Call(String what, Body<T> body, Consumer<T> late) {
        this.what = what;
        this.body = body;
        this.late = late;
    }

    @Override
    public void run() {
        Thread current = Thread.currentThread();
        String name = current.getName();
        current.setName(what);
        setRunner(current);
        try {
            T value = body.run();
            if (!result.complete(value) && value != null) {
                late.accept(value);
            }
        } catch (Throwable e) {
            result.completeExceptionally(e);
        } finally {
            setRunner(null);
            Thread.interrupted();
            current.setName(name);
        }
    }

    private void setRunner(@Nullable Thread thread) {
        lock.lock();
        try {
            runner = thread;
        } finally {
            lock.unlock();
        }
    }

    private void interrupt() {
        lock.lock();
        try {
            if (runner != null) {
                runner.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the result. An interrupt is passed on, and the plugin has the rest of its time to
    /// give up in good order.
    ///
    /// @param interruptible whether the method is; else an interrupt is kept for afterwards
    /// @throws ExecutionException what the plugin threw
    @Nullable T await(Duration limit, boolean interruptible)
            throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException _) {
                    interrupted = true;
                    if (interruptible) {
                        interrupt();
                    }
                } catch (TimeoutException _) {
                    result.completeExceptionally(
                            new TimedOutException(
                                    "%s did not return within %s"
                                            .formatted(what, Durations.text(limit))));
                    interrupt();
                }
            }
        } catch (ExecutionException e) {
            if (interrupted && interruptible && e.getCause() instanceof InterruptedException) {
                interrupted = false;
            }
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
