package io.sunaba.core.sandbox;

import io.sunaba.core.workflow.Action;
import io.sunaba.error.UnavailableException;
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

    /// Whether the owner was interrupted, not by its caller.
    private boolean hurried;

    /// @throws UnavailableException if the end came before the body was done
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

    /// Takes the lock for a last change, after whoever has it. What takes long is interrupted, and
    /// its caller told that it was the end that did it.
    void last(Duration patience, Action action) throws InterruptedException {
        long unhurried = Math.min(LET_END.toNanos(), patience.toNanos() / 2);
        if (lock.writeLock().tryLock(unhurried, TimeUnit.NANOSECONDS)) {
            finish(action);
            return;
        }
        synchronized (ownerLock) {
            if (owner != null) {
                hurried = true;
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
        enter();
        try {
            return body.run();
        } catch (InterruptedException e) {
            if (isHurried()) {
                throw new UnavailableException("the platform stops, and broke off a change", e);
            }
            throw e;
        } finally {
            leave();
            lock.writeLock().unlock();
        }
    }

    private void enter() {
        synchronized (ownerLock) {
            owner = Thread.currentThread();
        }
    }

    private boolean isHurried() {
        synchronized (ownerLock) {
            return hurried;
        }
    }

    /// Takes an interrupt back that was for this change alone.
    private void leave() {
        synchronized (ownerLock) {
            owner = null;
            if (hurried) {
                hurried = false;
                boolean _ = Thread.interrupted();
            }
        }
    }
}
