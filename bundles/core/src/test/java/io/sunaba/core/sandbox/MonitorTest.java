package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.VmFactory;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorTest {
    private static final int SUBSCRIBERS = 100;
    private static final int KEEPING_UP = EventQueue.CAPACITY / 8;

    @TempDir Path directory;
    private Platform platform;

    @BeforeEach
    void start() {
        platform = new Platform(directory);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    /// The events as lines: `web null>READY`, `web/one READY>RUNNING`, `web MachineExited`.
    private static List<String> take(SandboxMonitor monitor, int count)
            throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(line(monitor.next()));
        }
        return lines;
    }

    private static String line(SandboxEvent event) {
        return switch (event) {
            case SandboxEvent.StateChanged it ->
                    "%s %s>%s".formatted(it.sandboxId(), it.from(), it.to());
            case SandboxEvent.ContainerStateChanged it ->
                    "%s/%s %s>%s".formatted(it.sandboxId(), it.containerId(), it.from(), it.to());
            case SandboxEvent.MachineExited _,
                    SandboxEvent.AgentLost _,
                    SandboxEvent.OutOfMemory _,
                    SandboxEvent.FactoryFellBack _,
                    SandboxEvent.Missed _ ->
                    event.sandboxId() + " " + event.getClass().getSimpleName();
        };
    }

    private FakeGuest guest() {
        return platform.hypervisor.only().guest;
    }

    @Test
    void factoryThatCannotServeIsToldBeforeTheSandboxIsThere() throws InterruptedException {
        VmFactory template =
                _ -> {
                    throw new UnavailableException("is being made");
                };
        platform.plugins.add(Kind.FACTORY, template, Map.of("sunaba.name", "template"));
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            SandboxConfig wanted =
                    new SandboxConfig(
                            "web",
                            null,
                            null,
                            "template",
                            null,
                            null,
                            false,
                            List.of(),
                            List.of(),
                            List.of(),
                            Map.of());
            Sandbox sandbox = platform.sandboxes.create(wanted);
            assertThat(take(monitor, 2)).containsExactly("web FactoryFellBack", "web null>READY");
            assertThat(sandbox.status().factory()).isEqualTo("template");
            assertThat(platform.sandboxes.machine(wanted))
                    .as("what a create asks for")
                    .isEqualTo(platform.hypervisor.only().spec.config());
            sandbox.delete();
        }
    }

    @Test
    void tellsTheWholeLifeOfASandboxThatIsCreatedLater() throws InterruptedException {
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
            assertThat(take(monitor, 2)).containsExactly("web null>READY", "web/one null>READY");
            sandbox.start();
            assertThat(take(monitor, 2))
                    .containsExactly("web/one READY>RUNNING", "web READY>RUNNING");
            guest().process("one", "one").exit.complete(7);
            assertThat(monitor.next())
                    .isInstanceOfSatisfying(
                            SandboxEvent.ContainerStateChanged.class,
                            event -> {
                                assertThat(event.to()).isEqualTo(ContainerState.STOPPED);
                                assertThat(event.exit())
                                        .isNotNull()
                                        .satisfies(exit -> assertThat(exit.code()).isEqualTo(7));
                            });
            sandbox.stop(false);
            assertThat(take(monitor, 1)).containsExactly("web RUNNING>STOPPED");
            sandbox.delete();
            assertThat(take(monitor, 2))
                    .containsExactly("web/one STOPPED>null", "web STOPPED>null");
        }
    }

    @Test
    void tellsTheEventsOfEachSandboxInOrder() throws InterruptedException {
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            List<Running<@Nullable Object>> lives = new ArrayList<>();
            for (String id : List.of("a", "b", "c")) {
                lives.add(
                        Platform.run(() -> {
                            Sandbox sandbox = platform.create(id);
                            sandbox.start();
                            sandbox.stop(false);
                            sandbox.delete();
                            return null;
                        }));
            }
            lives.forEach(life -> life.result().join());
            List<String> lines = take(monitor, 12);
            for (String id : List.of("a", "b", "c")) {
                assertThat(lines)
                        .filteredOn(line -> line.startsWith(id + " "))
                        .containsExactly(
                                id + " null>READY",
                                id + " READY>RUNNING",
                                id + " RUNNING>STOPPED",
                                id + " STOPPED>null");
            }
        }
    }

    @Test
    void creationThatFailsIsNoEvent() throws InterruptedException {
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            platform.faults.fail("agent.createContainer");
            assertThatThrownBy(() -> platform.create("web", platform.container("one", "sleep")))
                    .isInstanceOf(UnavailableException.class);
            platform.create("next");
            assertThat(take(monitor, 1)).containsExactly("next null>READY");
        }
    }

    @Test
    void goesOnWhenASandboxIsReleasedAndFetchedAgain() throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            sandbox.release();
            platform.sandboxes.fetch("web").start();
            assertThat(take(monitor, 2))
                    .containsExactly("web/one READY>RUNNING", "web READY>RUNNING");
        }
    }

    @Test
    void tellsOutOfMemoryAlsoAfterAnotherBoot() throws InterruptedException {
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
            sandbox.start();
            guest().outOfMemory.add("one");
            assertThat(take(monitor, 5)).endsWith("web OutOfMemory");
            sandbox.stop(false);
            sandbox.start();
            guest().outOfMemory.add("one");
            List<String> later = new ArrayList<>();
            do {
                later.addAll(take(monitor, 1));
            } while (!later.getLast().equals("web OutOfMemory"));
            assertThat(later).contains("web RUNNING>STOPPED", "web READY>RUNNING");
        }
    }

    @Test
    void deadMachineIsNotALostAgent() throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
        sandbox.start();
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            platform.hypervisor.only().kill();
            assertThat(take(monitor, 3))
                    .containsExactly(
                            "web MachineExited", "web/one RUNNING>STOPPED", "web RUNNING>STOPPED");
            Platform.await("nothing is held", () -> platform.driver.openConnections.get() == 0);
            sandbox.start();
            assertThat(take(monitor, 4)).doesNotContain("web AgentLost");
            platform.hypervisor.only().cutLine();
            assertThat(take(monitor, 1)).containsExactly("web AgentLost");
            assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
            guest().process("one", "one").exit.complete(3);
            assertThat(take(monitor, 1)).containsExactly("web/one RUNNING>STOPPED");
        }
    }

    @Test
    void endThatNobodySawIsToldWhenItIsFound() throws InterruptedException {
        platform.create("web");
        platform.stop();
        platform.hypervisor.hosts.clear();
        platform.startWithoutHypervisor();
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            platform.add(platform.hypervisor);
            assertThat(monitor.next())
                    .isInstanceOfSatisfying(
                            SandboxEvent.MachineExited.class,
                            event ->
                                    assertThat(event.exit().detail())
                                            .isEqualTo("it was gone when it was looked for"));
            assertThat(take(monitor, 1)).containsExactly("web READY>STOPPED");
        }
    }

    @Test
    void endsWhenThePlatformStops() throws InterruptedException {
        Sandbox sandbox = platform.create("web");
        try (SandboxMonitor ofAll = platform.sandboxes.monitor();
                SandboxMonitor ofOne = sandbox.monitor()) {
            Running<SandboxEvent> waiting = Platform.run(ofAll::next);
            platform.stop();
            assertThatThrownBy(waiting.result()::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(UnavailableException.class);
            assertThatThrownBy(ofOne::next).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(platform.sandboxes::monitor)
                    .isInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void endsWithItsOnlySandboxOrWhenItIsClosed() throws InterruptedException {
        Sandbox sandbox = platform.create("web");
        SandboxMonitor closed = platform.sandboxes.monitor();
        closed.close();
        assertThatThrownBy(closed::next).isInstanceOf(NotFoundException.class);
        SandboxMonitor released = sandbox.monitor();
        sandbox.release();
        assertThatThrownBy(released::next)
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("released");
        Sandbox again = platform.sandboxes.fetch("web");
        SandboxMonitor deleted = again.monitor();
        again.delete();
        assertThat(take(deleted, 2)).containsExactly("web READY>STOPPED", "web STOPPED>null");
        assertThatThrownBy(deleted::next).isInstanceOf(NotFoundException.class);
    }

    @Test
    void slowSubscriberMissesTheOldest() throws InterruptedException {
        Followers ofAll = new Followers("", InstantSource.system());
        Events events = new Events("web", InstantSource.system(), ofAll);
        List<SandboxMonitor> monitors = List.of(events.subscribe(), ofAll.subscribe());
        for (int i = 0; i < EventQueue.CAPACITY + 5; i++) {
            events.publish(new SandboxEvent.OutOfMemory("web", Instant.EPOCH, "c" + i));
        }
        for (SandboxMonitor monitor : monitors) {
            assertThat(monitor.next())
                    .isInstanceOfSatisfying(
                            SandboxEvent.Missed.class,
                            missed -> assertThat(missed.count()).isEqualTo(5));
            assertThat(monitor.next())
                    .isInstanceOfSatisfying(
                            SandboxEvent.OutOfMemory.class,
                            event -> assertThat(event.containerId()).isEqualTo("c5"));
        }
    }

    @Test
    void thoseWhoNeverReadHarmNobody() throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
        List<Running<Integer>> readers = new ArrayList<>();
        List<SandboxMonitor> monitors = new ArrayList<>();
        int rounds = EventQueue.CAPACITY;
        AtomicLong taken = new AtomicLong();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            SandboxMonitor monitor = i % 4 < 2 ? sandbox.monitor() : platform.sandboxes.monitor();
            monitors.add(monitor);
            if (i % 2 == 0) {
                readers.add(Platform.run(() -> readToTheEnd(monitor, taken)));
            }
        }
        sandbox.start();
        long begun = System.nanoTime();
        for (int i = 0; i < rounds; i++) {
            sandbox.pauseContainer("one");
            sandbox.resumeContainer("one");
            if (i % KEEPING_UP == 0) {
                long told = SUBSCRIBERS / 2 * (2L * i + 4);
                Platform.await("the readers keep up", () -> taken.get() == told);
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        sandbox.stop(false);
        sandbox.delete();
        // Start and end of the sandbox, and what was done in between.
        readers.forEach(reader -> assertThat(reader.result().join()).isEqualTo(2 * rounds + 6));
        monitors.forEach(SandboxMonitor::close);
    }

    private static int readToTheEnd(SandboxMonitor monitor, AtomicLong taken)
            throws InterruptedException {
        int count = 0;
        while (true) {
            SandboxEvent event = monitor.next();
            assertThat(event).isNotInstanceOf(SandboxEvent.Missed.class);
            count++;
            taken.incrementAndGet();
            if (event instanceof SandboxEvent.StateChanged changed && changed.to() == null) {
                return count;
            }
        }
    }

    @Test
    void stateIsToldOfAStoppedSandboxThatIsDeleted() throws InterruptedException {
        Sandbox sandbox = platform.create("web");
        sandbox.stop(false);
        try (SandboxMonitor monitor = platform.sandboxes.monitor()) {
            assertThat(sandbox.status().state()).isEqualTo(SandboxState.STOPPED);
            sandbox.delete();
            assertThat(take(monitor, 1)).containsExactly("web STOPPED>null");
        }
    }
}
