package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.ProcessStreams;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The streams of a sandbox's processes. Each process has one reader at a time.
final class StreamHub {
    /// Hands out the agent, connecting if need be.
    @FunctionalInterface
    interface Agents {
        Agent agent() throws InterruptedException;
    }

    private record Key(String containerId, String processId) {}

    /// Of how many processes, besides the first ones of containers, something is kept that a reader
    /// left behind.
    static final int MAX_LEFT_BEHIND = 64;

    private record Pipes(
            OutputPipe stdout, OutputPipe stderr, AtomicReference<@Nullable GuestStreams> reader) {
        boolean unused() {
            return reader.get() == null && stdout.idle() && stderr.idle();
        }

        void cancel() {
            stdout.cancel();
            stderr.cancel();
        }
    }

    private final Agents agents;
    private final Map<Key, Pipes> pipes = new ConcurrentHashMap<>();
    private final Queue<Key> leftBehind = new ConcurrentLinkedQueue<>();

    StreamHub(Agents agents) {
        this.agents = requireNonNull(agents, "agents is null");
    }

    ProcessStreams open(String containerId, String processId) {
        Key key = new Key(containerId, processId);
        AtomicReference<GuestStreams> opened = new AtomicReference<>();
        pipes.compute(
                key,
                (_, kept) -> {
                    Pipes known = kept == null ? newPipes(key) : kept;
                    opened.set(open(key, known));
                    return known;
                });
        return requireNonNull(opened.get(), "opened is null");
    }

    private GuestStreams open(Key key, Pipes known) {
        GuestStreams streams =
                new GuestStreams(
                        agents,
                        key.containerId,
                        key.processId,
                        known.stdout,
                        known.stderr,
                        () -> closed(key, known));
        if (!known.reader.compareAndSet(null, streams)) {
            throw new ConflictException(
                    "the streams of process %s of container %s are open already: close them first"
                            .formatted(key.processId, key.containerId));
        }
        return streams;
    }

    /// Forgets streams of which nothing is here: whoever opens them next has the agent asked again.
    private void closed(Key key, Pipes known) {
        known.reader.set(null);
        Pipes left = pipes.computeIfPresent(key, (_, kept) -> kept.unused() ? null : kept);
        if (left != null && !key.containerId.equals(key.processId)) {
            leave(key);
        }
    }

    private void leave(Key key) {
        leftBehind.remove(key);
        leftBehind.add(key);
        while (leftBehind.size() > MAX_LEFT_BEHIND) {
            Key oldest = leftBehind.poll();
            if (oldest != null) {
                pipes.computeIfPresent(
                        oldest,
                        (_, kept) -> {
                            if (kept.reader.get() != null) {
                                return kept;
                            }
                            kept.cancel();
                            return null;
                        });
            }
        }
    }

    private Pipes newPipes(Key key) {
        return new Pipes(
                new OutputPipe(() ->
                        agents.agent()
                                .readStdout(
                                        key.containerId, key.processId, GuestStreams.CHUNK_BYTES)),
                new OutputPipe(() ->
                        agents.agent()
                                .readStderr(
                                        key.containerId, key.processId, GuestStreams.CHUNK_BYTES)),
                new AtomicReference<>());
    }

    /// How many processes something is kept of.
    int kept() {
        return pipes.size();
    }

    /// Closes and forgets the streams of a container's processes.
    void forget(String containerId) {
        forget(key -> key.containerId.equals(containerId));
    }

    void forgetAll() {
        forget(_ -> true);
    }

    private void forget(Predicate<Key> which) {
        pipes.entrySet()
                .removeIf(entry -> {
                    boolean forgotten = which.test(entry.getKey());
                    if (forgotten) {
                        close(entry.getValue());
                    }
                    return forgotten;
                });
        leftBehind.removeIf(which);
    }

    private static void close(Pipes forgotten) {
        GuestStreams reader = forgotten.reader.get();
        if (reader != null) {
            reader.close();
        }
        forgotten.cancel();
    }
}
