package io.sunaba.core.guard;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads that plugins are called on. Not virtual ones: a plugin that spins would keep a
/// processor from all of those.
final class Workers {
    /// Idle threads soon end, and let go of the bundle's classes.
    private static final long IDLE_MILLIS = 1000;

    private static final Executor POOL =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    IDLE_MILLIS,
                    TimeUnit.MILLISECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform()
                            .name("plugin")
                            .daemon()
                            .inheritInheritableThreadLocals(false)
                            .factory());

    private Workers() {}

    static void run(Runnable work) {
        POOL.execute(work);
    }
}
