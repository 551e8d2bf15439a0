package io.sunaba.shell.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.TerminalSize;
import io.sunaba.shell.terminal.Tty;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shows measurements on a terminal until a key ends it.
final class LiveView {
    private static final int INTERRUPT = 3;

    private final Sampler sampler;
    private final Duration interval;
    private final Duration first;
    private final Object lock = new Object();
    private @Nullable TerminalSize size;
    private boolean resized;
    private boolean ended;

    /// @param first how long after the first measurement the second one comes
    LiveView(Sampler sampler, Duration interval, Duration first) {
        this.sampler = requireNonNull(sampler, "sampler is null");
        this.interval = requireNonNull(interval, "interval is null");
        this.first = requireNonNull(first, "first is null");
    }

    /// Draws until `q` or Ctrl-C is typed, or nothing more can be typed.
    void run(Tty tty) throws InterruptedException {
        // Whatever fails at once is to be read on the usual screen.
        List<Usage> usages = sampler.sample();
        try (Tty.Raw raw = tty.takeOver(true, this::resize)) {
            Thread keys = Thread.ofVirtual().name("top-keys").start(() -> read(raw.in()));
            try {
                Duration pause = first;
                while (show(raw, usages, pause)) {
                    usages = sampler.sample();
                    pause = interval;
                }
            } finally {
                keys.interrupt();
            }
        }
    }

    /// Shows measurements for a while, in each size that the terminal has meanwhile; returns false
    /// at the end.
    private boolean show(Tty.Raw raw, List<Usage> usages, Duration pause)
            throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        while (true) {
            TerminalSize current;
            synchronized (lock) {
                current = size == null ? raw.size() : size;
                resized = false;
            }
            print(raw, Page.draw(usages, current, LocalTime.now(ZoneId.systemDefault()), interval));
            synchronized (lock) {
                while (!ended && !resized) {
                    long millis = (until - System.nanoTime()) / 1_000_000;
                    if (millis <= 0) {
                        return true;
                    }
                    lock.wait(millis);
                }
                if (ended) {
                    return false;
                }
            }
        }
    }

    private void resize(TerminalSize now) {
        synchronized (lock) {
            size = now;
            resized = true;
            lock.notifyAll();
        }
    }

    private void read(InputStream keys) {
        try {
            for (int key = keys.read(); key >= 0; key = keys.read()) {
                if (key == 'q' || key == 'Q' || key == INTERRUPT) {
                    break;
                }
            }
        } catch (IOException _) {
            // The view has ended, or nothing more can be typed.
        }
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
    }

    private static void print(Tty.Raw raw, String page) {
        try {
            raw.out().write(page.getBytes(UTF_8));
            raw.out().flush();
        } catch (IOException e) {
            throw new UnavailableException("the terminal is gone", e);
        }
    }
}
