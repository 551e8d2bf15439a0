package io.sunaba.tck.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.agent.Agent;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Patience;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A connection, and the containers that a check makes over it. Closing it removes them.
///
/// @param fixture where the guest comes from
/// @param agent the connection
/// @param containers what was made and not removed
record Guest(AgentFixture fixture, Agent agent, List<String> containers) implements AutoCloseable {
    /// Waits until something asks it to end.
    static final List<String> STAY = List.of("sleep", "100000");

    /// A guest may outlive this process.
    private static final String RUN = UUID.randomUUID().toString().substring(0, 8);

    private static final AtomicInteger IDS = new AtomicInteger();
    private static final int CHUNK = 1 << 16;
    private static final long LOOK_NANOS = 1_000_000;
    private static final Set<Thread.State> WAITING =
            EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.BLOCKED);

    Guest(AgentFixture fixture, Agent agent) {
        this(fixture, agent, new ArrayList<>());
    }

    /// A call that goes on by the side.
    ///
    /// @param thread where it goes on
    /// @param result what comes of it
    record Aside<T>(Thread thread, CompletableFuture<T> result) {
        /// Waits until it waits.
        Aside<T> begun() {
            long deadline = System.nanoTime() + Patience.get().toNanos();
            while (!WAITING.contains(thread.getState())
                    && thread.isAlive()
                    && System.nanoTime() < deadline) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return this;
        }

        /// Waits for its result, or throws what it failed with.
        T await(String what) throws Exception {
            try {
                return result.get(Patience.get().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new AssertionError(what + ": still not done", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
    }

    /// Starts a call on a thread of its own.
    static <T> Aside<T> aside(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread =
                Thread.startVirtualThread(() -> {
                    try {
                        result.complete(call.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return new Aside<>(thread, result);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /// Returns an id that nobody has.
    static String newId(String purpose) {
        return "tck-%s-%s-%d".formatted(purpose, RUN, IDS.incrementAndGet());
    }

    /// Creates a container and returns its id.
    String create(String... arguments) throws InterruptedException {
        String id = newId("container");
        containers.add(id);
        agent.createContainer(fixture.container(id, List.of(arguments)));
        return id;
    }

    /// Creates and starts a container.
    String start(String... arguments) throws InterruptedException {
        String id = create(arguments);
        agent.startContainer(id);
        return id;
    }

    /// Starts a container that stays until it is removed.
    String stay() throws InterruptedException {
        return start(STAY.toArray(String[]::new));
    }

    /// Runs a further process and returns its id.
    String exec(String container, String... arguments) throws InterruptedException {
        String id = newId("process");
        agent.execProcess(container, id, new ProcessConfig(List.of(arguments)));
        return id;
    }

    void remove(String container) throws InterruptedException {
        agent.removeContainer(container);
        containers.remove(container);
    }

    /// Reads a process's output to its end.
    byte[] output(String container, String process) throws InterruptedException {
        return readAll(() -> agent.readStdout(container, process, CHUNK));
    }

    /// Reads a process's error output to its end.
    byte[] errors(String container, String process) throws InterruptedException {
        return readAll(() -> agent.readStderr(container, process, CHUNK));
    }

    /// Reads something of a stream.
    @FunctionalInterface
    interface Read {
        byte[] next() throws InterruptedException;
    }

    private static byte[] readAll(Read read) throws InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = read.next();
        while (some.length > 0) {
            all.writeBytes(some);
            some = read.next();
        }
        return all.toByteArray();
    }

    /// Expects that a call gives up when its thread is interrupted, on its way into the wait and in
    /// it.
    static <T> void expectInterruptible(String what, Callable<T> call) throws Exception {
        for (boolean underWay : new boolean[] {false, true}) {
            Aside<T> aside = aside(call);
            if (underWay) {
                aside.begun();
            }
            aside.thread().interrupt();
            Expect.failure(InterruptedException.class, what, () -> aside.await(what));
        }
    }

    @Override
    public void close() throws InterruptedException {
        @Nullable SunabaException failure = null;
        for (String container : List.copyOf(containers)) {
            try {
                remove(container);
            } catch (NotFoundException _) {
                // it was not even made
            } catch (SunabaException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
