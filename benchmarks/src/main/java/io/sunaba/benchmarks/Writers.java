package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/// Callers that save at the same time, each its own records over and over.
///
/// @param count how many
/// @param threads what they run on
/// @param label for people
record Writers(int count, ThreadFactory threads, String label) {
    private static final int KEYS = 8;
    private static final byte[] VALUE = new byte[1024];

    Writers {
        requireNonNull(threads, "threads is null");
        requireNonNull(label, "label is null");
    }

    static Writers platform(int count) {
        return new Writers(
                count,
                Thread.ofPlatform().factory(),
                count + (count == 1 ? " writer" : " writers"));
    }

    static Writers virtual(int count) {
        return new Writers(count, Thread.ofVirtual().factory(), count + " virtual");
    }

    /// Saves records until all are saved that were asked for.
    ///
    /// @return how many in a second
    double rate(Store store, int records) throws InterruptedException, ExecutionException {
        CountDownLatch begin = new CountDownLatch(1);
        int each = records / count;
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads)) {
            List<Future<Void>> writers = new ArrayList<>();
            for (int writer = 0; writer < count; writer++) {
                writers.add(executor.submit(write(store, "bench" + writer + "-", each, begin)));
            }
            long start = System.nanoTime();
            begin.countDown();
            for (Future<Void> writer : writers) {
                writer.get();
            }
            return 1e9 * each * count / (System.nanoTime() - start);
        }
    }

    private static Callable<Void> write(
            Store store, String prefix, int records, CountDownLatch begin) {
        return () -> {
            begin.await();
            for (int i = 0; i < records; i++) {
                store.save(prefix + i % KEYS, VALUE);
            }
            return null;
        };
    }
}
