package io.sunaba.shell.steady;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A service that comes and goes. Who needs it waits a while after it has gone: it is being
/// replaced, most likely. One that was never there is not waited for.
public final class Awaited<T> {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final String complaint;
    private final Duration grace;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable T service;
    private long waitUntil = System.nanoTime();

    /// @param complaint what those are told who need it in vain
    public Awaited(String complaint) {
        this(complaint, GRACE);
    }

    Awaited(String complaint, Duration grace) {
        this.complaint = requireNonNull(complaint, "complaint is null");
        this.grace = requireNonNull(grace, "grace is null");
    }

    public void set(T added) {
        lock.lock();
        try {
            service = added;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Does nothing if another one is there by now.
    public void unset(T removed) {
        lock.lock();
        try {
            if (is(removed)) {
                service = null;
                waitUntil = System.nanoTime() + grace.toNanos();
            }
        } finally {
            lock.unlock();
        }
    }

    public @Nullable T find() {
        lock.lock();
        try {
            return service;
        } finally {
            lock.unlock();
        }
    }

    /// Tells whether a service is the one that is there.
    @SuppressWarnings("ReferenceEquality") // a service is told by its identity
    boolean is(T other) {
        return find() == other;
    }

    /// Returns the service.
    ///
    /// @throws UnavailableException if it is not there
    public T require() {
        lock.lock();
        try {
            while (true) {
                T found = service;
                if (found != null) {
                    return found;
                }
                long left = waitUntil - System.nanoTime();
                if (left <= 0) {
                    throw new UnavailableException(complaint);
                }
                var _ = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException(complaint, e);
        } finally {
            lock.unlock();
        }
    }
}
