package io.sunaba.core.plugin;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The calls that are under way into a plugin, from when it begins to serve until it serves no
/// more. A plugin that goes lets those end that have begun, so that none is cut in two.
public final class Calls {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int underWay;
    private boolean over;

    /// Begins a call, which must be ended; or returns false if the plugin serves no more.
    public boolean begin() {
        lock.lock();
        try {
            if (!over) {
                underWay++;
            }
            return !over;
        } finally {
            lock.unlock();
        }
    }

    public void end() {
        lock.lock();
        try {
            underWay--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tells whether the plugin serves no more.
    public boolean over() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    /// Lets no call begin any more.
    void close() {
        lock.lock();
        try {
            over = true;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until no call is under way, for some time at most.
    public void awaitEnd(Duration patience) {
        long left = patience.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            long until = System.nanoTime() + left;
            while (underWay > 0 && left > 0) {
                try {
                    left = ended.awaitNanos(left);
                } catch (InterruptedException _) {
                    interrupted = true;
                    left = until - System.nanoTime();
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
