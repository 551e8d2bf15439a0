package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.Phase;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The events of one sandbox: told to those who follow it, and to those who follow all.
final class Events {
    private final Followers own;
    private final Followers ofAll;
    private final InstantSource clock;

    Events(String sandboxId, InstantSource clock, Followers ofAll) {
        this.own = new Followers(sandboxId, clock);
        this.clock = requireNonNull(clock, "clock is null");
        this.ofAll = requireNonNull(ofAll, "ofAll is null");
    }

    SandboxMonitor subscribe() {
        return own.subscribe();
    }

    /// Tells whether there is anybody to tell.
    boolean followed() {
        return !own.isEmpty() || !ofAll.isEmpty();
    }

    void publish(SandboxEvent event) {
        own.publish(event);
        ofAll.publish(event);
    }

    /// Publishes what differs between two records.
    ///
    /// @param after the later one, or null if the sandbox was deleted
    void publishChanges(SandboxRecord before, @Nullable SandboxRecord after) {
        if (followed()) {
            between(before, after, clock.instant()).forEach(this::publish);
        }
    }

    /// Nothing happens any more to the sandbox, as it is held here.
    ///
    /// @param why makes what those are told who follow it
    void end(Supplier<RuntimeException> why) {
        own.end(why);
    }

    /// What differs between two records. A sandbox that is being created is not there yet.
    static List<SandboxEvent> between(
            SandboxRecord before, @Nullable SandboxRecord after, Instant at) {
        SandboxState from = state(before);
        SandboxState to = after == null ? null : state(after);
        if (from == null && to == null) {
            return List.of();
        }
        List<SandboxEvent> events = containersBetween(before, after, at);
        if (from == null) {
            events.addFirst(new SandboxEvent.StateChanged(before.id(), at, null, to));
        } else if (from != to) {
            events.add(new SandboxEvent.StateChanged(before.id(), at, from, to));
        }
        return events;
    }

    private static @Nullable SandboxState state(SandboxRecord record) {
        return record.phase() == Phase.CREATED ? record.state() : null;
    }

    private static List<SandboxEvent> containersBetween(
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
        return events;
    }
}
