package io.sunaba.storage.fs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Makes the entries of a directory durable, at once for all callers that wait for it.
///
/// On a thread of its own: an interrupt of a caller would close the channel.
final class DirectorySync implements AutoCloseable {
    private final Path directory;
    private final Thread thread;

    /// Those who came before the directory was last forced, and wait for the next time.
    private CompletableFuture<Void> waiting = new CompletableFuture<>();

    private boolean wanted;
    private volatile boolean closed;

    DirectorySync(Path directory) {
        this.directory = directory;
        this.thread = Thread.ofPlatform().daemon().name("sync of " + directory).start(this::work);
    }

    /// Makes every change of an entry that was made before the call durable.
    void sync() throws IOException {
        try {
            var _ = join().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private CompletableFuture<Void> join() {
        CompletableFuture<Void> batch;
        boolean first;
        synchronized (this) {
            batch = waiting;
            first = !wanted;
            wanted = true;
        }
        if (first) {
            LockSupport.unpark(thread);
        }
        return batch;
    }

    private void work() {
        while (!closed) {
            CompletableFuture<Void> batch = take();
            if (batch == null) {
                LockSupport.park(this);
            } else {
                serve(batch);
            }
        }
    }

    /// Whoever comes from here on may have changed an entry too late for what is taken.
    private synchronized @Nullable CompletableFuture<Void> take() {
        if (!wanted) {
            return null;
        }
        CompletableFuture<Void> batch = waiting;
        waiting = new CompletableFuture<>();
        wanted = false;
        return batch;
    }

    private void serve(CompletableFuture<Void> batch) {
        try {
            force(directory);
            batch.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            batch.completeExceptionally(e);
        }
    }

    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Ends the thread. Nobody may wait.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
