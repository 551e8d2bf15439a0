package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two sandboxes, of which one's guest is hostile: the other's operations go as ever.
@Timeout(60)
class HostileSandboxTest {
    @TempDir Path directory;
    private Platform platform;
    private Sandbox bad;
    private Sandbox good;

    @BeforeEach
    void start() throws InterruptedException {
        platform = new Platform(directory);
        bad = started("bad");
        good = started("good");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private Sandbox started(String id) throws InterruptedException {
        Sandbox sandbox = platform.create(id, platform.container("one", "cat"));
        sandbox.start();
        return sandbox;
    }

    private FakeGuest guestOf(Sandbox sandbox) {
        return platform.hypervisor.hosts.values().stream()
                .filter(host -> host.spec.config().owner().equals("sandbox/" + sandbox.id()))
                .findFirst()
                .orElseThrow()
                .guest;
    }

    private void assertWorks(Sandbox sandbox) throws Exception {
        assertThat(sandbox.stats().containers()).hasSize(1);
        String process = sandbox.enterContainer("one", new ProcessConfig(List.of("exit", "3")));
        assertThat(sandbox.waitProcess("one", process).code()).isEqualTo(3);
        try (ProcessStreams streams = sandbox.ioStream("one", "one")) {
            streams.stdin().write('x');
            assertThat(streams.stdout().read()).isEqualTo('x');
        }
        sandbox.createContainer(platform.container("two", "sleep"));
        sandbox.startContainer("two");
        sandbox.stopContainer("two", false);
        sandbox.deleteContainer("two");
        assertThat(sandbox.status().containers())
                .extracting(ContainerStatus::state)
                .containsExactly(ContainerState.RUNNING);
    }

    @Test
    void silenceOfOneHoldsTheOtherNotUp() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        guestOf(bad).hostility = _ -> never.await();
        List<Running<?>> stuck = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            stuck.add(Platform.run(() -> bad.statsContainer("one")));
        }
        stuck.add(Platform.run(() -> bad.createContainer(platform.container("two", "cat"))));
        assertWorks(good);
        assertThat(bad.status().containers()).isNotEmpty();
        assertThat(stuck).noneMatch(call -> call.result().isDone());
        // The last one first: it waits for the others, and is not to get its turn.
        stuck.reversed().forEach(call -> call.thread().interrupt());
        for (Running<?> call : stuck) {
            assertThatThrownBy(() -> call.result().get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
        }
        bad.stop(true);
        bad.delete();
        assertWorks(good);
    }

    @Test
    void timeoutsAndRefusalsOfOneAreItsCallersOnly() throws Exception {
        guestOf(bad).hostility =
                point -> {
                    throw new TimedOutException(point + ": no answer");
                };
        assertThatThrownBy(() -> bad.statsContainer("one")).isInstanceOf(TimedOutException.class);
        assertThatThrownBy(() -> bad.createContainer(platform.container("two", "cat")))
                .isInstanceOf(TimedOutException.class);
        assertWorks(good);
        bad.stop(true);
        bad.delete();
        good.stop(true);
        good.delete();
        platform.assertNothingLeft();
    }

    /// A guest that hangs up on everybody is connected to again, but not as fast as that goes.
    @Test
    void hangingUpOnEverybodyKeepsNobodyBusy() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        guestOf(bad).hostility =
                point -> {
                    if (point.equals("waitProcess")) {
                        calls.incrementAndGet();
                    }
                    throw new UnavailableException(point + ": hung up");
                };
        long start = System.nanoTime();
        assertThatThrownBy(() -> bad.waitProcess("one", "none"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageMatching(".*(hung up|the connection is closed).*");
        assertThat(calls).as("for both processes waited for").hasValueLessThan(13);
        assertThat(System.nanoTime() - start)
                .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100))
                .isLessThan(TimeUnit.SECONDS.toNanos(5));
        assertWorks(good);
    }

    @Test
    void endlessEventsAreSlowedDownAndThoseOfNoContainerDropped() throws Exception {
        guestOf(bad).outOfMemoryForEver = "x".repeat(100_000);
        try (SandboxMonitor monitor = bad.monitor();
                SandboxMonitor other = good.monitor()) {
            Running<SandboxEvent> nothing = Platform.run(other::next);
            Running<SandboxEvent> first = Platform.run(monitor::next);
            assertWorks(good);
            Platform.await(
                    "the guest is asked again and again",
                    () ->
                            platform.faults.passed.stream()
                                            .filter(point -> point.equals("agent.awaitOomEvent"))
                                            .count()
                                    > 10);
            guestOf(bad).outOfMemoryForEver = "one";
            assertThat(first.result().get(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            SandboxEvent.OutOfMemory.class,
                            event -> assertThat(event.containerId()).isEqualTo("one"));
            long start = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                monitor.next();
            }
            assertThat(System.nanoTime() - start)
                    .as("50 events take a while")
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(250));
            nothing.thread().interrupt();
        }
    }
}
