package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The events that wait for one subscriber.
final class EventQueue implements SandboxMonitor {
    static final int CAPACITY = 1024;

    private final String sandboxId;
    private final InstantSource clock;
    private final Consumer<EventQueue> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<SandboxEvent> events = new ArrayDeque<>();
    private long missed;
    private @Nullable Supplier<RuntimeException> end;

    EventQueue(String sandboxId, InstantSource clock, Consumer<EventQueue> onClose) {
        this.sandboxId = requireNonNull(sandboxId, "sandboxId is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.onClose = requireNonNull(onClose, "onClose is null");
    }

    @Override
    public SandboxEvent next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (missed > 0) {
                    long count = missed;
                    missed = 0;
                    return new SandboxEvent.Missed(sandboxId, clock.instant(), count);
                }
                SandboxEvent event = events.poll();
                if (event != null) {
                    return event;
                }
                if (end != null) {
                    throw end.get();
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void add(SandboxEvent event) {
        lock.lock();
        try {
            if (end != null) {
                return;
            }
            if (events.size() == CAPACITY) {
                events.remove();
                missed++;
            }
            events.add(event);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// No event comes any more.
    ///
    /// @param why makes what a subscriber is told that took all
    void end(Supplier<RuntimeException> why) {
        lock.lock();
        try {
            if (end == null) {
                end = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        onClose.accept(this);
        end(() -> new NotFoundException("this monitor was closed"));
    }
}
