package io.sunaba.events;

import io.sunaba.sandbox.SandboxEvent;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;

/// How an event of a sandbox looks to OSGi. Properties have types that every bundle knows, so that
/// a handler need not know the API.
final class Topics {
    private static final String PREFIX = "io/sunaba/sandbox/";

    private Topics() {}

    static Event event(SandboxEvent event) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("sandbox.id", event.sandboxId());
        properties.put(EventConstants.TIMESTAMP, event.at().toEpochMilli());
        addDetails(event, properties);
        return new Event(PREFIX + event.getClass().getSimpleName(), properties);
    }

    private static void addDetails(SandboxEvent event, Map<String, Object> properties) {
        switch (event) {
            case SandboxEvent.StateChanged it -> addChange(it.from(), it.to(), properties);
            case SandboxEvent.ContainerStateChanged it -> {
                properties.put("container.id", it.containerId());
                addChange(it.from(), it.to(), properties);
                if (it.exit() != null) {
                    properties.put("exit.code", it.exit().code());
                }
            }
            case SandboxEvent.MachineExited it -> {
                properties.put("reason", it.exit().reason().name());
                properties.put("detail", it.exit().detail());
            }
            case SandboxEvent.AgentLost it -> properties.put("detail", it.detail());
            case SandboxEvent.OutOfMemory it -> properties.put("container.id", it.containerId());
            case SandboxEvent.FactoryFellBack it -> {
                properties.put("from", it.from());
                properties.put("to", it.to());
                properties.put("reason", it.reason());
            }
            case SandboxEvent.Missed it -> properties.put("count", it.count());
        }
    }

    /// What is not there has no property: a state before creation, and one after deletion.
    private static void addChange(
            @Nullable Enum<?> from, @Nullable Enum<?> to, Map<String, Object> properties) {
        if (from != null) {
            properties.put("from", from.name());
        }
        if (to != null) {
            properties.put("to", to.name());
        }
    }
}
