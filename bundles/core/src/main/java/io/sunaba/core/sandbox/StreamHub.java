package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.StreamPosition;
import io.sunaba.error.ConflictException;
import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ProcessStreams;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The streams of a sandbox's processes. Each process has one reader at a time.
final class StreamHub {
    private static final Logger LOG = LoggerFactory.getLogger(StreamHub.class);

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

        void confirm() throws InterruptedException {
            stdout.confirm();
            stderr.confirm();
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
        if (forgetUnused(key)) {
            return;
        }
        if (!key.containerId.equals(key.processId)) {
            leave(key);
        }
        Thread.startVirtualThread(() -> {
            confirm(known);
            forgetUnused(key);
        });
    }

    private boolean forgetUnused(Key key) {
        return pipes.computeIfPresent(key, (_, kept) -> kept.unused() ? null : kept) == null;
    }

    private static void confirm(Pipes known) {
        try {
            known.confirm();
        } catch (InterruptedException | SunabaException e) {
            LOG.debug("The guest keeps what it printed for another while", e);
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
        String container = key.containerId;
        String process = key.processId;
        return new Pipes(
                new OutputPipe(
                        new OutputPipe.Source() {
                            @Override
                            public Optional<StreamPosition> left() throws InterruptedException {
                                return agents.agent().stdoutPosition(container, process);
                            }

                            @Override
                            public byte[] read(StreamPosition had) throws InterruptedException {
                                return agents.agent()
                                        .readStdout(
                                                container, process, GuestStreams.CHUNK_BYTES, had);
                            }

                            @Override
                            public void confirm(StreamPosition had) throws InterruptedException {
                                agents.agent().confirmStdout(container, process, had);
                            }
                        }),
                new OutputPipe(
                        new OutputPipe.Source() {
                            @Override
                            public Optional<StreamPosition> left() throws InterruptedException {
                                return agents.agent().stderrPosition(container, process);
                            }

                            @Override
                            public byte[] read(StreamPosition had) throws InterruptedException {
                                return agents.agent()
                                        .readStderr(
                                                container, process, GuestStreams.CHUNK_BYTES, had);
                            }

                            @Override
                            public void confirm(StreamPosition had) throws InterruptedException {
                                agents.agent().confirmStderr(container, process, had);
                            }
                        }),
                new AtomicReference<>());
    }

    /// Ends all streams so that another hub finds everything that nobody has had: input that is on
    /// its way is waited for, and the guest is told what was read.
    void leave(Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        List<Thread> leaving =
                pipes.values().stream()
                        .map(kept -> Thread.startVirtualThread(() -> leave(kept, patience)))
                        .toList();
        for (Thread thread : leaving) {
            thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
    }

    private static void leave(Pipes kept, Duration patience) {
        try {
            GuestStreams reader = kept.reader.get();
            if (reader != null) {
                reader.awaitInput(patience.dividedBy(2));
                reader.close();
            }
            kept.confirm();
        } catch (InterruptedException | SunabaException e) {
            LOG.debug("Streams are ended before the guest knows", e);
        }
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
