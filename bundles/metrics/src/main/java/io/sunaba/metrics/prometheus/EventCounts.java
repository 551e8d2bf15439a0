package io.sunaba.metrics.prometheus;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts the events of all sandboxes, by type.
final class EventCounts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventCounts.class);

    private final SandboxMonitor monitor;
    private final Map<String, Long> counts = new ConcurrentHashMap<>();
    private final Map<Fallback, Long> fallbacks = new ConcurrentHashMap<>();

    private record Fallback(String from, String to) {}

    EventCounts(SandboxMonitor monitor) {
        this.monitor = monitor;
        // A counter that is not there yet is no zero.
        Arrays.stream(SandboxEvent.class.getPermittedSubclasses())
                .forEach(type -> counts.put(type.getSimpleName(), 0L));
        Thread.ofVirtual().name("event counts").start(this::count);
    }

    private void count() {
        try {
            while (true) {
                SandboxEvent event = monitor.next();
                counts.merge(event.getClass().getSimpleName(), amount(event), Long::sum);
                if (event instanceof SandboxEvent.FactoryFellBack it) {
                    fallbacks.merge(new Fallback(it.from(), it.to()), 1L, Long::sum);
                }
            }
        } catch (NotFoundException | UnavailableException | InterruptedException e) {
            LOG.debug("No more events are counted", e);
        }
    }

    private static long amount(SandboxEvent event) {
        return event instanceof SandboxEvent.Missed missed ? missed.count() : 1;
    }

    void add(Samples samples) {
        counts.forEach((type, count) ->
                samples.add(
                        "sunaba_events_total",
                        "Events of sandboxes; those of type Missed were not counted by theirs.",
                        count,
                        "type",
                        type));
        fallbacks.forEach((fallback, count) ->
                samples.add(
                        "sunaba_factory_fallbacks_total",
                        "Machines for which another VM factory was asked, because one could not"
                                + " serve.",
                        count,
                        "from",
                        fallback.from,
                        "to",
                        fallback.to));
    }

    @Override
    public void close() {
        monitor.close();
    }
}
