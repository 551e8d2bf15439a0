package io.sunaba.core.sandbox;

import io.sunaba.core.workflow.Action;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// The lock of one sandbox: exclusive for what changes it, shared for what reads. Waiting for
/// something to happen in the guest goes without it.
final class SandboxLock {
    @FunctionalInterface
    interface Body<T> {
        T run() throws InterruptedException;
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Object ownerLock = new Object();
    private @Nullable Thread owner;

    <T> T exclusive(Body<T> body) throws InterruptedException {
        lock.writeLock().lockInterruptibly();
        return owned(body);
    }

    void change(Action action) throws InterruptedException {
        exclusive(() -> {
            action.run();
            return action;
        });
    }

    <T> T shared(Body<T> body) throws InterruptedException {
        lock.readLock().lockInterruptibly();
        try {
            return body.run();
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Interrupts whoever changes the sandbox now, and takes the lock after it for a last change.
    void last(Duration patience, Action action) throws InterruptedException {
        synchronized (ownerLock) {
            if (owner != null) {
                owner.interrupt();
            }
        }
        if (lock.writeLock().tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            owned(() -> {
                action.run();
                return action;
            });
        } else {
            action.run();
        }
    }

    private <T> T owned(Body<T> body) throws InterruptedException {
        setOwner(Thread.currentThread());
        try {
            return body.run();
        } finally {
            setOwner(null);
            lock.writeLock().unlock();
        }
    }

    private void setOwner(@Nullable Thread thread) {
        synchronized (ownerLock) {
            owner = thread;
        }
    }
}
