package io.sunaba.storage.leveldb;

import io.sunaba.error.UnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// The one thread that touches the database. Callers hand requests over and wait; an interrupt of a
/// caller reaches no file. Writes that wait together are made durable together.
final class DatabaseThread implements AutoCloseable {
    private static final int BATCH_BYTES = 4 << 20;

    private sealed interface Request {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Read(byte[] key, CompletableFuture<byte @Nullable []> answer)
            implements Request {}

    private record Write(String key, Database.Change change, CompletableFuture<Void> answer)
            implements Request {}

    private record End() implements Request {}

    private final Database database;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /// Guarded by this.
    private boolean closed;

    DatabaseThread(Database database) {
        this.database = database;
        var _ = Thread.ofPlatform().daemon().name("leveldb").start(this::work);
    }

    byte @Nullable [] read(byte[] key) {
        CompletableFuture<byte @Nullable []> answer = new CompletableFuture<>();
        submit(new Read(key, answer));
        return await(answer);
    }

    void write(String key, Database.Change change) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        submit(new Write(key, change, answer));
        var _ = await(answer);
    }

    private synchronized void submit(Request request) {
        if (closed) {
            throw new UnavailableException("the LevelDB storage is closed");
        }
        requests.add(request);
    }

    private static <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UnavailableException failure) {
                // A trace of its own for each caller of a batch.
                throw new UnavailableException(String.valueOf(failure.getMessage()), failure);
            }
            throw e;
        }
    }

    private void work() {
        List<Request> waiting = new ArrayList<>();
        boolean open = true;
        while (open) {
            waiting.add(take());
            requests.drainTo(waiting);
            open = !(waiting.getLast() instanceof End);
            serve(waiting);
            waiting.clear();
        }
        try {
            database.close();
            end.complete(null);
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private Request take() {
        while (true) {
            try {
                return requests.take();
            } catch (InterruptedException _) {
                // Nobody has this thread to interrupt it; End stops it.
            }
        }
    }

    private void serve(List<Request> waiting) {
        List<Write> batch = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        int bytes = 0;
        for (Request request : waiting) {
            switch (request) {
                case Read read -> answer(read);
                case Write write -> {
                    // The last of two writes of one key to return must be the one that wins.
                    if (!keys.add(write.key()) || bytes > BATCH_BYTES) {
                        commit(batch);
                        batch.clear();
                        keys.clear();
                        keys.add(write.key());
                        bytes = 0;
                    }
                    batch.add(write);
                    byte[] value = write.change().value();
                    bytes += value == null ? 0 : value.length;
                }
                case End _ -> {
                    // The last one.
                }
            }
        }
        commit(batch);
    }

    private void answer(Read read) {
        try {
            read.answer().complete(database.read(read.key()));
        } catch (RuntimeException e) {
            read.answer().completeExceptionally(e);
        }
    }

    private void commit(List<Write> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            database.write(batch.stream().map(Write::change).toList());
            batch.forEach(write -> write.answer().complete(null));
        } catch (RuntimeException e) {
            batch.forEach(write -> write.answer().completeExceptionally(e));
        }
    }

    /// Serves what was asked for before, and closes the database.
    @Override
    public void close() {
        synchronized (this) {
            if (!closed) {
                closed = true;
                requests.add(new End());
            }
        }
        var _ = await(end);
    }
}
