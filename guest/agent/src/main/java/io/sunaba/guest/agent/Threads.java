package io.sunaba.guest.agent;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Where threads come from: as few as possible, with small stacks.
final class Threads {
    private static final long STACK_BYTES = 256 << 10;
    private static final int IDLE_SECONDS = 10;

    private Threads() {}

    /// Threads for calls, made on demand and gone when idle for a while.
    static ExecutorService pool() {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                action -> make("call", action));
    }

    static void start(String name, Runnable action) {
        make(name, action).start();
    }

    private static Thread make(String name, Runnable action) {
        Thread thread = new Thread(null, action, name, STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }
}
