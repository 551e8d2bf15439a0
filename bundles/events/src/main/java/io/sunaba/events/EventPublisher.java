package io.sunaba.events;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.EventAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes each event of each sandbox, in order, through [EventAdmin]; there is one as long as
/// both that and [Sandboxes] are there.
///
/// A handler that blocks holds up the other handlers, as it does with any event, and no sandbox.
@Component(service = {})
public final class EventPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);

    private final SandboxMonitor monitor;
    private final EventAdmin eventAdmin;

    @Activate
    public EventPublisher(@Reference Sandboxes sandboxes, @Reference EventAdmin eventAdmin) {
        this.eventAdmin = requireNonNull(eventAdmin, "eventAdmin is null");
        this.monitor = sandboxes.monitor();
        Thread.ofVirtual().name("events").start(this::publish);
    }

    private void publish() {
        try {
            while (true) {
                eventAdmin.sendEvent(Topics.event(monitor.next()));
            }
        } catch (NotFoundException | UnavailableException | InterruptedException e) {
            LOG.debug("No more events are published", e);
        } catch (RuntimeException e) {
            // EventAdmin keeps failures of handlers to itself: it has been stopped.
            LOG.warn("No more events are published", e);
        }
    }

    @Deactivate
    public void close() {
        monitor.close();
    }
}
