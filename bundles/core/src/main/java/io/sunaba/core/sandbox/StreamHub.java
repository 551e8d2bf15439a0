package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.ProcessStreams;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    private record Pipes(
            OutputPipe stdout, OutputPipe stderr, AtomicReference<@Nullable GuestStreams> reader) {}

    private final Agents agents;
    private final Map<Key, Pipes> pipes = new ConcurrentHashMap<>();

    StreamHub(Agents agents) {
        this.agents = requireNonNull(agents, "agents is null");
    }

    ProcessStreams open(String containerId, String processId) {
        Key key = new Key(containerId, processId);
        Pipes known = pipes.computeIfAbsent(key, this::newPipes);
        GuestStreams streams =
                new GuestStreams(
                        agents,
                        containerId,
                        processId,
                        known.stdout,
                        known.stderr,
                        () -> closed(key, known));
        if (!known.reader.compareAndSet(null, streams)) {
            throw new ConflictException(
                    "the streams of process %s of container %s are open already: close them first"
                            .formatted(processId, containerId));
        }
        return streams;
    }

    private void closed(Key key, Pipes known) {
        known.reader.set(null);
        if (known.stdout.ended() && known.stderr.ended()) {
            pipes.remove(key, known);
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
    }

    private static void close(Pipes forgotten) {
        GuestStreams reader = forgotten.reader.get();
        if (reader != null) {
            reader.close();
        }
    }
}
