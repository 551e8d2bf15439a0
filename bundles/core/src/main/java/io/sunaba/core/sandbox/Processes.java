package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ExitStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The processes of one sandbox that somebody waits for, and how those ended that have ended.
///
/// A virtual thread waits for each, over whatever connection there is: when one is lost, it goes on
/// with the next.
final class Processes {
    /// Hears that the first process of a container has ended, before those who wait for it.
    interface EndListener {
        void ended(String containerId, ExitStatus exit) throws InterruptedException;
    }

    private record Key(String containerId, String processId) {
        boolean first() {
            return containerId.equals(processId);
        }
    }

    /// @param ended completes when the process has ended
    /// @param settled completes after that, when its end is on record
    private record Tracked(
            CompletableFuture<ExitStatus> ended, CompletableFuture<ExitStatus> settled) {
        void fail(RuntimeException failure) {
            ended.completeExceptionally(failure);
            settled.completeExceptionally(failure);
        }
    }

    /// Processes whose machine is ending.
    static final class Held {
        private final Map<Key, Tracked> processes;

        private Held(Map<Key, Tracked> processes) {
            this.processes = processes;
        }

        /// Returns how the first process of a container ended, if it did while it was watched.
        @Nullable ExitStatus ended(String containerId) {
            Tracked process = processes.get(new Key(containerId, containerId));
            return process != null && process.ended.state() == CompletableFuture.State.SUCCESS
                    ? process.ended.resultNow()
                    : null;
        }

        /// Tells those who wait.
        ///
        /// @param exits how the first processes of containers ended
        /// @param failure what those are told who wait for others
        void settle(Map<String, ExitStatus> exits, RuntimeException failure) {
            processes.forEach((key, process) -> {
                ExitStatus exit = key.first() ? exits.get(key.containerId) : null;
                if (exit != null) {
                    process.ended.complete(exit);
                    process.settled.complete(exit);
                } else {
                    process.fail(failure);
                }
            });
        }
    }

    /// How many processes' ends are remembered, of those that are no container's first.
    private static final int REMEMBERED = 1024;

    private static final int ATTEMPTS = 3;

    /// Before the next attempt, times how often it failed: a guest that hangs up on everybody keeps
    /// nobody busy.
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final long STEADY_NANOS = Duration.ofSeconds(10).toNanos();

    private final Connection connection;
    private final InstantSource clock;
    private final EndListener listener;
    private final Map<Key, Tracked> tracked = new ConcurrentHashMap<>();
    private final Map<Key, Thread> waiting = new ConcurrentHashMap<>();
    private final Queue<Key> past = new ConcurrentLinkedQueue<>();

    Processes(Connection connection, InstantSource clock, EndListener listener) {
        this.connection = requireNonNull(connection, "connection is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.listener = requireNonNull(listener, "listener is null");
    }

    /// Sees to it that the end of a process is noticed.
    void watch(String containerId, String processId) {
        track(containerId, processId);
    }

    /// Waits until a process has ended and its end is on record.
    ExitStatus await(String containerId, String processId) throws InterruptedException {
        try {
            return track(containerId, processId).settled.get();
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /// Waits until a process has ended, for some time; goes not by the record, which the caller may
    /// be holding.
    @Nullable ExitStatus awaitEnd(String containerId, String processId, Duration patience)
            throws InterruptedException {
        try {
            return track(containerId, processId)
                    .ended
                    .get(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return null;
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /// Returns how a process ended, if that is remembered.
    @Nullable ExitStatus past(String containerId, String processId) {
        Tracked known = tracked.get(new Key(containerId, processId));
        return known != null && known.settled.state() == CompletableFuture.State.SUCCESS
                ? known.settled.resultNow()
                : null;
    }

    private Tracked track(String containerId, String processId) {
        Key key = new Key(containerId, processId);
        Tracked fresh = new Tracked(new CompletableFuture<>(), new CompletableFuture<>());
        Tracked known = tracked.putIfAbsent(key, fresh);
        if (known != null) {
            return known;
        }
        Thread thread = Thread.ofVirtual().unstarted(() -> follow(key, fresh));
        waiting.put(key, thread);
        thread.start();
        return fresh;
    }

    private void follow(Key key, Tracked process) {
        try {
            ExitStatus exit =
                    new ExitStatus(waitInGuest(key.containerId, key.processId), clock.instant());
            if (!process.ended.complete(exit)) {
                return;
            }
            if (key.first()) {
                listener.ended(key.containerId, exit);
            } else {
                remember(key);
            }
            process.settled.complete(exit);
        } catch (InterruptedException e) {
            fail(key, process, new UnavailableException("waiting for " + key + " was ended", e));
        } catch (RuntimeException e) {
            fail(key, process, e);
        } finally {
            waiting.remove(key, Thread.currentThread());
        }
    }

    private int waitInGuest(String containerId, String processId) throws InterruptedException {
        int attempts = 0;
        while (true) {
            Agent agent = connection.agent();
            long begun = System.nanoTime();
            try {
                return agent.waitProcess(containerId, processId);
            } catch (UnavailableException e) {
                attempts = System.nanoTime() - begun > STEADY_NANOS ? 1 : attempts + 1;
                connection.discard(agent, e.getMessage());
                if (attempts == ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(PAUSE.multipliedBy(attempts));
            }
        }
    }

    private void remember(Key key) {
        past.add(key);
        while (past.size() > REMEMBERED) {
            Key oldest = past.poll();
            if (oldest != null) {
                tracked.remove(oldest);
            }
        }
    }

    private void fail(Key key, Tracked process, RuntimeException failure) {
        if (tracked.remove(key, process)) {
            process.fail(failure);
        }
    }

    /// Forgets all processes of a container; who waits for one gets a failure.
    void forget(String containerId, RuntimeException failure) {
        for (Key key : tracked.keySet()) {
            if (key.containerId.equals(containerId)) {
                drop(key, failure);
            }
        }
    }

    /// Lets go of all processes, because their machine is about to end; who waits for one waits on
    /// until the result is settled.
    Held hold() {
        Map<Key, Tracked> held = new HashMap<>();
        for (Key key : Set.copyOf(tracked.keySet())) {
            Tracked process = tracked.remove(key);
            if (process != null) {
                held.put(key, process);
            }
            interrupt(key);
        }
        return new Held(held);
    }

    /// Counts the first process of a container as ended.
    void end(String containerId, ExitStatus exit) {
        Tracked known = tracked.get(new Key(containerId, containerId));
        if (known != null) {
            known.ended.complete(exit);
            known.settled.complete(exit);
        }
    }

    private void drop(Key key, RuntimeException failure) {
        Tracked dropped = tracked.remove(key);
        if (dropped != null) {
            dropped.fail(failure);
        }
        interrupt(key);
    }

    private void interrupt(Key key) {
        Thread thread = waiting.remove(key);
        if (thread != null) {
            thread.interrupt();
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        // The threads that wait would else share one exception and its stack trace.
        return switch (e.getCause()) {
            case UnavailableException cause ->
                    new UnavailableException(String.valueOf(cause.getMessage()), cause);
            case SunabaException cause -> cause;
            case null, default -> new IllegalStateException(e.getCause());
        };
    }
}
