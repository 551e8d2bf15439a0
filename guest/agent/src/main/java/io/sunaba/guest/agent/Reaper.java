package io.sunaba.guest.agent;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Reaps every child of this process, started here or left behind by others, and hands each exit
/// code to who asks for it.
///
/// A child may end before anybody asked: such exits are kept for a while. Process ids come round
/// again, so who asks says how old the process can be at most.
final class Reaper {
    private static final int MAX_UNCLAIMED = 1024;
    private static final int SIGNAL_BASE = 128;

    /// Starts a child.
    interface Start {
        int start() throws ErrnoException;
    }

    private record Unclaimed(long mark, int code) {}

    private final SystemCalls calls;
    private final Map<Integer, CompletableFuture<Integer>> awaited = new HashMap<>();
    private final Map<Integer, Unclaimed> unclaimed =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Unclaimed> eldest) {
                    return size() > MAX_UNCLAIMED;
                }
            };

    private long reaped;
    private long started;
    private boolean running;

    Reaper(SystemCalls calls) {
        this.calls = calls;
    }

    /// What a wait status says: the exit code, or 128 and the signal.
    static int codeOf(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? status >> 8 & 0xff : SIGNAL_BASE + signal;
    }

    /// Starts a child of our own. Its end cannot be missed.
    synchronized CompletableFuture<Integer> start(Start start) throws ErrnoException {
        int pid = start.start();
        unclaimed.remove(pid);
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        awaited.put(pid, exit);
        started++;
        if (!running) {
            running = true;
            Threads.start("reaper", this::run);
        }
        notifyAll();
        return exit;
    }

    /// A moment, for [#exitOf].
    synchronized long mark() {
        return reaped;
    }

    /// The exit code of a process that was started after the mark, by a child of ours that ended.
    synchronized CompletableFuture<Integer> exitOf(int pid, long mark) {
        Unclaimed ended = unclaimed.get(pid);
        if (ended != null && ended.mark >= mark) {
            unclaimed.remove(pid);
            return CompletableFuture.completedFuture(ended.code);
        }
        return awaited.computeIfAbsent(pid, _ -> new CompletableFuture<>());
    }

    private void run() {
        while (true) {
            long seen = started();
            try {
                SystemCalls.Ended ended = calls.waitForAny();
                settle(ended.pid(), codeOf(ended.status()));
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.ECHILD) {
                    Log.warn("reaping", e);
                }
                awaitStart(seen);
            }
        }
    }

    private synchronized long started() {
        return started;
    }

    private void settle(int pid, int code) {
        CompletableFuture<Integer> exit;
        synchronized (this) {
            exit = awaited.remove(pid);
            if (exit == null) {
                unclaimed.remove(pid);
                unclaimed.put(pid, new Unclaimed(reaped, code));
            }
            reaped++;
        }
        if (exit != null) {
            exit.complete(code);
        }
    }

    /// With no child, none can come but by our own doing: orphans have a child of ours before them.
    private synchronized void awaitStart(long seen) {
        try {
            while (started == seen) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the reaper", e);
        }
    }
}
