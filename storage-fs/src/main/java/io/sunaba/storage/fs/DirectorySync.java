package io.sunaba.storage.fs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes the entries of a directory durable, at once for all callers that wait for it.
final class DirectorySync {
    private final Path directory;
    private final ReentrantLock forcing = new ReentrantLock();
    private volatile Batch next = new Batch();

    DirectorySync(Path directory) {
        this.directory = directory;
    }

    /// Callers who came before the directory was last forced.
    private static final class Batch {
        boolean done;
        @Nullable IOException failure;
    }

    /// Makes every change of an entry that was made before the call durable.
    void sync() throws IOException {
        Batch batch = next;
        forcing.lock();
        try {
            if (!batch.done) {
                // Whoever comes from here on may have changed an entry too late for this batch.
                next = new Batch();
                batch.failure = force();
                batch.done = true;
            }
        } finally {
            forcing.unlock();
        }
        if (batch.failure != null) {
            throw batch.failure;
        }
    }

    /// On a thread of its own: an interrupt of the caller would close the channel.
    private @Nullable IOException force() {
        CompletableFuture<@Nullable IOException> forced = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("sync of " + directory)
                .start(() -> {
                    try {
                        force(directory);
                        forced.complete(null);
                    } catch (IOException e) {
                        forced.complete(e);
                    } catch (Throwable e) {
                        forced.completeExceptionally(e);
                    }
                });
        return forced.join();
    }

    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
