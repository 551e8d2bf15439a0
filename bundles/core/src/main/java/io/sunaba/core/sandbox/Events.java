package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The events of one sandbox and those who follow them.
final class Events {
    private final String sandboxId;
    private final InstantSource clock;
    private final Set<EventQueue> subscribers = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String end;

    Events(String sandboxId, InstantSource clock) {
        this.sandboxId = requireNonNull(sandboxId, "sandboxId is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    SandboxMonitor subscribe() {
        EventQueue queue = new EventQueue(sandboxId, clock, subscribers::remove);
        subscribers.add(queue);
        String ended = end;
        if (ended != null) {
            queue.end(ended);
        }
        return queue;
    }

    void publish(SandboxEvent event) {
        subscribers.forEach(subscriber -> subscriber.add(event));
    }

    /// Publishes what differs between two records.
    ///
    /// @param after the later one, or null if the sandbox was deleted
    void publishChanges(SandboxRecord before, @Nullable SandboxRecord after) {
        if (!subscribers.isEmpty()) {
            between(before, after, clock.instant()).forEach(this::publish);
        }
    }

    void end(String why) {
        end = why;
        subscribers.forEach(subscriber -> subscriber.end(why));
    }

    static List<SandboxEvent> between(
            SandboxRecord before, @Nullable SandboxRecord after, Instant at) {
        List<SandboxEvent> events = new ArrayList<>();
        Map<String, ContainerRecord> left = new LinkedHashMap<>();
        before.containers().forEach(container -> left.put(container.id(), container));
        if (after != null) {
            for (ContainerRecord now : after.containers()) {
                ContainerRecord then = left.remove(now.id());
                ContainerState from = then == null ? null : then.state();
                if (from != now.state()) {
                    events.add(
                            new SandboxEvent.ContainerStateChanged(
                                    before.id(), at, now.id(), from, now.state(), now.exit()));
                }
            }
        }
        for (ContainerRecord gone : left.values()) {
            events.add(
                    new SandboxEvent.ContainerStateChanged(
                            before.id(), at, gone.id(), gone.state(), null, gone.exit()));
        }
        SandboxState to = after == null ? null : after.state();
        if (before.state() != to) {
            events.add(new SandboxEvent.StateChanged(before.id(), at, before.state(), to));
        }
        return events;
    }
}
