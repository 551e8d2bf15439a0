package io.sunaba.guest.agent;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/// Waits on all descriptors at once, with one thread, and runs what was to be done when one is
/// ready on another.
final class EventLoop {
    private final SystemCalls calls;
    private final Executor executor;
    private final int epoll;
    private final Map<Integer, Runnable> actions = new HashMap<>();
    private final Set<Integer> known = new HashSet<>();

    EventLoop(SystemCalls calls, Executor executor) throws ErrnoException {
        this.calls = calls;
        this.executor = executor;
        this.epoll = calls.createEpoll();
        Threads.start("events", this::run);
    }

    /// Runs the action once when the descriptor can be read, or written, without waiting.
    synchronized void await(int descriptor, int events, Runnable action) throws ErrnoException {
        actions.put(descriptor, action);
        calls.arm(epoll, descriptor, events | SystemCalls.EPOLLONESHOT, !known.add(descriptor));
    }

    /// Closes a descriptor that was waited on. What waits on it still is run.
    void close(int descriptor) {
        Runnable action;
        synchronized (this) {
            known.remove(descriptor);
            action = actions.remove(descriptor);
            calls.close(descriptor);
        }
        if (action != null) {
            executor.execute(action);
        }
    }

    private void run() {
        while (true) {
            try {
                for (int descriptor : calls.awaitReady(epoll, -1)) {
                    Runnable action;
                    synchronized (this) {
                        action = actions.remove(descriptor);
                    }
                    if (action != null) {
                        executor.execute(action);
                    }
                }
            } catch (ErrnoException e) {
                Log.warn("waiting for events", e);
            }
        }
    }
}
