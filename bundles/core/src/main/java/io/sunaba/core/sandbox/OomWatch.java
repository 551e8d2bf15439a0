package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.SandboxEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for containers of one sandbox that run out of memory, and publishes each as an event. An
/// agent tells each only once, so one thread asks for all who want to know.
final class OomWatch {
    private static final Logger LOG = LoggerFactory.getLogger(OomWatch.class);
    private static final int ATTEMPTS = 3;

    /// Between one answer and the next question: a guest that answers at once keeps nobody busy.
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final String sandboxId;
    private final Supplier<SandboxRecord> record;
    private final Connection connection;
    private final Events events;
    private final InstantSource clock;
    private final Set<EventQueue> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    OomWatch(
            Supplier<SandboxRecord> record,
            Connection connection,
            Events events,
            InstantSource clock) {
        this.record = requireNonNull(record, "record is null");
        this.sandboxId = record.get().id();
        this.connection = requireNonNull(connection, "connection is null");
        this.events = requireNonNull(events, "events is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /// Begins to wait, if it does not yet. If it is just about to give up, because there was no
    /// machine or agent, it begins again.
    void ensure() {
        asked.incrementAndGet();
        begin();
    }

    private void begin() {
        Thread fresh = Thread.ofVirtual().unstarted(this::follow);
        if (thread.compareAndSet(null, fresh)) {
            fresh.start();
        }
    }

    /// Waits for the next one.
    OomEvent next() throws InterruptedException {
        try (EventQueue queue = new EventQueue(sandboxId, clock, waiting::remove)) {
            waiting.add(queue);
            ensure();
            return switch (queue.next()) {
                case SandboxEvent.OutOfMemory event -> new OomEvent(event.containerId());
                case SandboxEvent other -> throw new IllegalStateException("unexpected " + other);
            };
        } catch (NotFoundException e) {
            throw new UnavailableException(
                    "sandbox " + sandboxId + " does not tell any more what runs out of memory", e);
        }
    }

    void stop() {
        Thread running = thread.getAndSet(null);
        if (running != null) {
            running.interrupt();
        }
    }

    private void follow() {
        int known = asked.get();
        try {
            int attempts = 0;
            while (attempts < ATTEMPTS) {
                Agent agent = connection.agent();
                try {
                    publish(agent.awaitOomEvent());
                    attempts = 0;
                } catch (UnavailableException e) {
                    LOG.debug("Waiting for sandbox {} to run out of memory", sandboxId, e);
                    connection.discard(agent, e.getMessage());
                    attempts++;
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException _) {
            // Asked to end.
        } catch (SunabaException e) {
            LOG.debug("Nothing more is heard of sandbox {} running out of memory", sandboxId, e);
        } finally {
            boolean stopped = !thread.compareAndSet(Thread.currentThread(), null);
            if (!stopped && asked.get() != known) {
                begin();
            } else {
                endWaiting();
            }
        }
    }

    private void endWaiting() {
        waiting.forEach(queue -> queue.end(() -> new NotFoundException("no more is told")));
    }

    private void publish(OomEvent event) {
        if (record.get().container(event.containerId()).isEmpty()) {
            // It was deleted this moment, or the guest makes things up.
            LOG.debug("A container that sandbox {} has not is out of memory", sandboxId);
            return;
        }
        LOG.info("Container {} of sandbox {} is out of memory", event.containerId(), sandboxId);
        SandboxEvent told =
                new SandboxEvent.OutOfMemory(sandboxId, clock.instant(), event.containerId());
        waiting.forEach(queue -> queue.add(told));
        events.publish(told);
    }
}
