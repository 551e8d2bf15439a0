package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Mounts directories that the host shares, waiting for one that is being plugged.
final class SharedDirectories {
    private static final int TIMEOUT_SECONDS = 20;

    private final SystemCalls calls;
    private final Uevents uevents;

    SharedDirectories(SystemCalls calls, Uevents uevents) {
        this.calls = calls;
        this.uevents = uevents;
    }

    /// Mounts a directory.
    ///
    /// @param tag by which the host names it
    void mount(String tag, Path point, MountOptions options)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        Semaphore events = new Semaphore(0);
        try (Uevents.Subscription _ = uevents.subscribe(_ -> events.release())) {
            while (!tryMount(tag, point, options)) {
                // Whatever happens to devices may be that it has come, or its driver.
                if (!events.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    throw Failures.notFound(
                            "no shared directory "
                                    + tag
                                    + " came within "
                                    + TIMEOUT_SECONDS
                                    + " s");
                }
                events.drainPermits();
            }
        }
    }

    /// @return false if there is no directory of that tag, or no driver
    private boolean tryMount(String tag, Path point, MountOptions options) throws ErrnoException {
        try {
            calls.mount(tag, point.toString(), "virtiofs", options.flags(), options.data());
            return true;
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EINVAL && e.errno() != ErrnoException.ENODEV) {
                throw e;
            }
            return false;
        }
    }
}
