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

    /// How long a change that is under way may hold up the end.
    private static final Duration LET_END = Duration.ofSeconds(3);

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

    /// Takes the lock for a last change, after whoever has it. What takes long is interrupted.
    void last(Duration patience, Action action) throws InterruptedException {
        long unhurried = Math.min(LET_END.toNanos(), patience.toNanos() / 2);
        if (lock.writeLock().tryLock(unhurried, TimeUnit.NANOSECONDS)) {
            finish(action);
            return;
        }
        synchronized (ownerLock) {
            if (owner != null) {
                owner.interrupt();
            }
        }
        if (lock.writeLock().tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            finish(action);
        } else {
            action.run();
        }
    }

    private void finish(Action action) throws InterruptedException {
        owned(() -> {
            action.run();
            return action;
        });
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
