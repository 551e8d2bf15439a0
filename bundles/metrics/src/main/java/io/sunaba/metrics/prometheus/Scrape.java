package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/// Measurements that are taken side by side, each on a thread of its own, until time is up.
final class Scrape {
    /// Takes one measurement.
    interface Measurement {
        void add(Samples samples) throws Exception;
    }

    /// @param part what is measured, for the count of failures
    record Task(Part part, Measurement measurement) {
        Task {
            requireNonNull(part, "part is null");
            requireNonNull(measurement, "measurement is null");
        }
    }

    private record Running(Part part, CompletableFuture<Samples> result, Thread thread) {}

    private Scrape() {}

    /// Returns what was measured in time.
    ///
    /// @param failed is told of each part that failed or was late
    static Samples run(List<Task> tasks, Duration timeout, BiConsumer<Part, Exception> failed)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<Running> running = new ArrayList<>();
        Samples all = new Samples();
        try {
            tasks.forEach(task -> running.add(start(task)));
            for (Running task : running) {
                try {
                    long left = Math.max(0, deadline - System.nanoTime());
                    all.addAll(task.result.get(left, TimeUnit.NANOSECONDS));
                } catch (ExecutionException | TimeoutException e) {
                    failed.accept(task.part, e);
                }
            }
        } finally {
            running.forEach(task -> task.thread.interrupt());
        }
        return all;
    }

    private static Running start(Task task) {
        CompletableFuture<Samples> result = new CompletableFuture<>();
        Thread thread =
                Thread.startVirtualThread(() -> {
                    try {
                        Samples samples = new Samples();
                        task.measurement.add(samples);
                        result.complete(samples);
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return new Running(task.part, result, thread);
    }
}
