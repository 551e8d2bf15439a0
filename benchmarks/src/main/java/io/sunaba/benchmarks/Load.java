package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Operations on sandboxes at a steady rate, whether those before are done or not: of 50, 43 ask
/// for a status, four send a line to a process and wait for what it answers, one runs a process,
/// one measures (which asks the hypervisor), one changes a limit (which writes a record). Two
/// translated processors can just do that.
final class Load implements AutoCloseable {
    static final int PER_SECOND = 50;

    /// One operation.
    ///
    /// @param begun when it was due
    /// @param failure what it failed with, or null
    record Done(String kind, long begun, long ended, @Nullable String failure) {
        double seconds() {
            return (ended - begun) / 1e9;
        }
    }

    private static final int CYCLE = 50;
    private static final int EXEC = 25;
    private static final int STATS = 8;
    private static final int UPDATE = 41;
    private static final int IO_EVERY = 10;
    private static final int IO = 5;

    private final Shell shell;
    private final List<String> sandboxes;
    private final Queue<Done> done = new ConcurrentLinkedQueue<>();
    private final Map<String, Echo> echoes = new HashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;

    Load(Shell shell, List<String> sandboxes) {
        this.shell = shell;
        this.sandboxes = List.copyOf(sandboxes);
        sandboxes.forEach(sandbox -> echoes.put(sandbox, new Echo(shell, sandbox)));
        this.thread = Thread.ofPlatform().name("load").start(this::issue);
    }

    private void issue() {
        long interval = 1_000_000_000L / PER_SECOND;
        long due = System.nanoTime();
        for (int i = 0; !closed; i++) {
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            int number = i;
            long begun = due;
            underWay.incrementAndGet();
            Thread.startVirtualThread(() -> run(number, begun));
            due += interval;
        }
    }

    private void run(int number, long begun) {
        // Each operation comes to each sandbox.
        String sandbox = sandboxes.get((number * 7 + number / CYCLE) % sandboxes.size());
        String kind = kind(number);
        String failure = null;
        try {
            switch (kind) {
                case "exec" ->
                        expect(
                                "ran\n",
                                Conversation.run(
                                        shell,
                                        "container:exec %s count -- echo ran".formatted(sandbox)));
                case "io" -> requireNonNull(echoes.get(sandbox), sandbox).roundTrip();
                case "stats" -> Conversation.run(shell, "sandbox:stats " + sandbox);
                case "update" ->
                        Conversation.run(
                                shell,
                                "container:update %s echo --pids-limit %d"
                                        .formatted(sandbox, 50 + number / CYCLE % 50));
                default -> Conversation.run(shell, "container:status %s count".formatted(sandbox));
            }
        } catch (IOException | RuntimeException e) {
            failure = "%s on %s: %s".formatted(kind, sandbox, e.getMessage());
        }
        done.add(new Done(kind, begun, System.nanoTime(), failure));
        underWay.decrementAndGet();
    }

    private static String kind(int number) {
        return switch (number % CYCLE) {
            case EXEC -> "exec";
            case STATS -> "stats";
            case UPDATE -> "update";
            default -> number % IO_EVERY == IO ? "io" : "status";
        };
    }

    private static void expect(String wanted, String output) throws IOException {
        if (!output.equals(wanted)) {
            throw new IOException("'%s' where '%s' was to come".formatted(output, wanted));
        }
    }

    /// Takes what was done since the last time.
    List<Done> take() {
        List<Done> taken = List.copyOf(done);
        done.removeAll(taken);
        return taken;
    }

    /// Ends the load, waits for what is under way and returns how much of it does not end.
    int end() throws InterruptedException {
        closed = true;
        thread.join();
        long until = System.nanoTime() + 60_000_000_000L;
        while (underWay.get() > 0 && System.nanoTime() < until) {
            Thread.sleep(10);
        }
        return underWay.get();
    }

    @Override
    public void close() throws InterruptedException {
        var _ = end();
    }
}
