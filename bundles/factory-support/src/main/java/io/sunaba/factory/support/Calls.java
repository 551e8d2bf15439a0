package io.sunaba.factory.support;

import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The calls that a plugin serves just now. When it stops they are let finish: what they need, its
/// classes included, is gone afterwards.
public final class Calls {
    /// A call that is over when it is closed.
    public interface Call extends AutoCloseable {
        @Override
        void close();
    }

    private final String plugin;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int running;
    private boolean closed;

    /// @param plugin what to call it in messages
    public Calls(String plugin) {
        this.plugin = plugin;
    }

    /// Begins a call.
    ///
    /// @throws UnavailableException if the plugin stops
    public Call begin() {
        lock.lock();
        try {
            if (closed) {
                throw new UnavailableException(plugin + " stops");
            }
            running++;
        } finally {
            lock.unlock();
        }
        return this::end;
    }

    private void end() {
        lock.lock();
        try {
            running--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Lets no call begin any more, and waits for those that run.
    ///
    /// @param patience how long at most
    /// @return whether all have ended
    public boolean close(Duration patience) {
        long left = patience.toNanos();
        lock.lock();
        try {
            closed = true;
            while (running > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
            return running == 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
