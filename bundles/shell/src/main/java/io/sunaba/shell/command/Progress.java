package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A line at the terminal that says what takes long, and for how long already. There is none where
/// nobody watches, and none is left when it is closed.
public final class Progress implements AutoCloseable {
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final String CLEAR = "\r\033[K";

    private final CountDownLatch done = new CountDownLatch(1);
    private final @Nullable Thread thread;

    private Progress(@Nullable PrintStream terminal, String what) {
        this.thread =
                terminal == null
                        ? null
                        : Thread.ofVirtual().name("progress").start(() -> show(terminal, what));
    }

    /// Shows progress at the terminal of a call, if it is called from one.
    ///
    /// @param what what is done, such as `making a template`
    public static Progress of(Call call, String what) {
        requireNonNull(what, "what is null");
        return new Progress(call.tty().isPresent() ? call.out() : null, what);
    }

    private void show(PrintStream terminal, String what) {
        long seconds = 0;
        try {
            while (!done.await(STEP.toMillis(), TimeUnit.MILLISECONDS)) {
                seconds++;
                terminal.print(CLEAR + what + ", " + seconds + " s");
                terminal.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (seconds > 0) {
                terminal.print(CLEAR);
                terminal.flush();
            }
        }
    }

    @Override
    public void close() {
        done.countDown();
        if (thread != null) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
