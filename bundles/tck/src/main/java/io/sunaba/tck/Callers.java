package io.sunaba.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Many callers at once.
public final class Callers {
    private Callers() {}

    /// What one caller does.
    @FunctionalInterface
    public interface Call {
        void run(int caller) throws Exception;
    }

    /// Runs a call on many virtual threads that start together, and waits for all. Fails with the
    /// first failure; the others are suppressed in it.
    public static void together(int callers, Call call) throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<Future<?>> calls = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                int caller = i;
                calls.add(
                        threads.submit(() -> {
                            go.await();
                            call.run(caller);
                            return null;
                        }));
            }
            go.countDown();
        }
        AssertionError first = null;
        for (int i = 0; i < callers; i++) {
            Throwable failure = failureOf(calls.get(i));
            if (failure == null) {
                continue;
            }
            if (first == null) {
                first = new AssertionError("caller " + i + " of " + callers + " failed", failure);
            } else {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable Throwable failureOf(Future<?> call) throws InterruptedException {
        try {
            call.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }
}
