package io.sunaba.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

class EventPublisherTest {
    private static final SandboxEvent EVENT =
            new SandboxEvent.OutOfMemory("web", Instant.EPOCH, "one");

    /// Events that somebody puts in; nothing ends it.
    private static final class Told implements SandboxMonitor {
        final BlockingQueue<Optional<SandboxEvent>> events = new LinkedBlockingQueue<>();
        final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

        @Override
        public SandboxEvent next() throws InterruptedException {
            return events.take().orElseThrow(() -> new NotFoundException("closed"));
        }

        @Override
        public void close() {
            events.add(Optional.empty());
            closed.add("closed");
        }
    }

    private static final class Heard implements EventAdmin {
        final BlockingQueue<String> topics = new LinkedBlockingQueue<>();

        @Override
        public void postEvent(Event event) {
            throw new UnsupportedOperationException("who posts keeps no order with who sends");
        }

        @Override
        public void sendEvent(Event event) {
            topics.add(event.getTopic());
        }
    }

    @Test
    void eventsArePublishedUntilItIsClosed() throws InterruptedException {
        Told told = new Told();
        Heard heard = new Heard();
        Sandboxes sandboxes =
                (Sandboxes)
                        Proxy.newProxyInstance(
                                Sandboxes.class.getClassLoader(),
                                new Class<?>[] {Sandboxes.class},
                                (_, method, _) -> method.getName().equals("monitor") ? told : null);
        EventPublisher publisher = new EventPublisher(sandboxes, heard);
        told.events.add(Optional.of(EVENT));
        assertThat(heard.topics.poll(20, TimeUnit.SECONDS))
                .isEqualTo("io/sunaba/sandbox/OutOfMemory");
        publisher.close();
        assertThat(told.closed).hasSize(1);
    }
}
