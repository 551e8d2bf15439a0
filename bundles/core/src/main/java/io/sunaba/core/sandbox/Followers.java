package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.SandboxEvent;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Those who follow some events, each at its own pace.
final class Followers {
    private final String sandboxId;
    private final InstantSource clock;
    private final Set<EventQueue> queues = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Supplier<RuntimeException> end;

    /// @param sandboxId whose events they follow; empty for those of all
    Followers(String sandboxId, InstantSource clock) {
        this.sandboxId = requireNonNull(sandboxId, "sandboxId is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    EventQueue subscribe() {
        EventQueue queue = new EventQueue(sandboxId, clock, queues::remove);
        queues.add(queue);
        Supplier<RuntimeException> ended = end;
        if (ended != null) {
            queue.end(ended);
        }
        return queue;
    }

    boolean isEmpty() {
        return queues.isEmpty();
    }

    void publish(SandboxEvent event) {
        queues.forEach(queue -> queue.add(event));
    }

    /// No event comes any more.
    ///
    /// @param why makes what a subscriber is told that took all
    void end(Supplier<RuntimeException> why) {
        end = why;
        queues.forEach(queue -> queue.end(why));
    }
}
