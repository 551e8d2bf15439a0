package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes bytes from one stream to another as they come, on a thread of its own.
final class Copy {
    private static final Logger LOG = LoggerFactory.getLogger(Copy.class);
    private static final int CHUNK_BYTES = 64 << 10;

    private final String name;
    private final InputStream from;
    private final OutputStream to;
    private final boolean close;
    private final ReentrantLock writing = new ReentrantLock();
    private final Thread thread;
    private boolean stopped;
    private volatile int unwritten;

    private Copy(String name, InputStream from, OutputStream to, boolean close) {
        this.name = requireNonNull(name, "name is null");
        this.from = requireNonNull(from, "from is null");
        this.to = requireNonNull(to, "to is null");
        this.close = close;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /// Copies until the end or an interrupt.
    ///
    /// @param close whether the end is passed on
    static Copy start(String name, InputStream from, OutputStream to, boolean close) {
        Copy copy = new Copy(name, from, to, close);
        copy.thread.start();
        return copy;
    }

    /// Waits until copies whose source was closed have written what they had read, for some time at
    /// most, and tells whether they have. An interrupt is kept for afterwards.
    static boolean awaitEnd(Duration patience, Copy... copies) {
        boolean interrupted = Thread.interrupted();
        boolean all = true;
        try {
            for (Copy copy : copies) {
                all &= copy.join(patience);
            }
        } catch (InterruptedException _) {
            interrupted = true;
            all = false;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return all;
    }

    private void run() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            for (int read = from.read(chunk); read >= 0; read = from.read(chunk)) {
                if (!write(chunk, read)) {
                    return;
                }
            }
            pass();
        } catch (IOException | SunabaException e) {
            // The other end is gone: the process has ended, or the caller has.
            LOG.debug("{} ends: {}", name, e.toString());
        }
    }

    private boolean write(byte[] chunk, int length) throws IOException {
        writing.lock();
        try {
            if (stopped) {
                unwritten = length;
                return false;
            }
            to.write(chunk, 0, length);
            to.flush();
            return true;
        } finally {
            writing.unlock();
        }
    }

    /// Passes the end on.
    private void pass() throws IOException {
        writing.lock();
        try {
            if (close && !stopped) {
                to.close();
            }
        } finally {
            writing.unlock();
        }
    }

    void join() throws InterruptedException {
        thread.join();
    }

    boolean join(Duration patience) throws InterruptedException {
        return thread.join(patience);
    }

    void interrupt() {
        thread.interrupt();
    }

    /// Ends it between two writes.
    ///
    /// @param patience how long the one under way may take
    /// @return how many bytes were read and not written; empty if it was not to be ended
    OptionalInt stop(Duration patience) throws InterruptedException {
        if (!writing.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            return OptionalInt.empty();
        }
        try {
            stopped = true;
            thread.interrupt();
        } finally {
            writing.unlock();
        }
        return thread.join(patience) ? OptionalInt.of(unwritten) : OptionalInt.empty();
    }
}
