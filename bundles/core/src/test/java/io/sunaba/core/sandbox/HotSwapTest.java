package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeAgentDriver;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Plugins are replaced under calls that are made and under way.
class HotSwapTest {
    private static final Map<String, ?> HIGHER =
            Map.of("sunaba.name", "fake", "service.ranking", 5, "service.id", 99L);

    @TempDir Path directory;
    private Platform platform;
    private Sandbox sandbox;

    @BeforeEach
    void start() throws InterruptedException {
        platform = new Platform(directory, Duration.ofSeconds(20));
        sandbox = platform.create("web", platform.container("one", "cat"));
        sandbox.start();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private void awaitPassed(String point) {
        Platform.await(point, () -> platform.faults.passed.contains(point));
    }

    @Test
    void whoReadsAndWaitsGoesOnWithTheNextAgentPlugin() throws Exception {
        Running<ExitStatus> waiting = Platform.run(() -> sandbox.waitProcess("one", "one"));
        try (ProcessStreams streams = sandbox.ioStream("one", "one")) {
            Running<byte[]> reading = Platform.run(() -> streams.stdout().readNBytes(4));
            awaitPassed("agent.readStdout");
            awaitPassed("agent.waitProcess");
            streams.stdin().write(new byte[] {'h', 'i'});
            platform.remove(platform.driver);
            assertThat(platform.driver.openConnections).hasValue(0);
            Running<Object> writing =
                    Platform.run(() -> {
                        streams.stdin().write(new byte[] {'y', 'o'});
                        streams.stdin().close();
                        return streams;
                    });
            platform.add(platform.driver);
            assertThat(reading.result().join()).containsExactly('h', 'i', 'y', 'o');
            assertThat(writing.result().join()).isSameAs(streams);
        }
        assertThat(waiting.result().join().code()).isZero();
    }

    @Test
    void anAnswerThatIsLostWithItsConnectionComesAgain() throws Exception {
        platform.faults.arm("agent.answered", () -> platform.remove(platform.driver));
        try (ProcessStreams streams = sandbox.ioStream("one", "one")) {
            streams.stdin().write(new byte[] {'h', 'i'});
            Running<byte[]> reading = Platform.run(() -> streams.stdout().readNBytes(2));
            awaitPassed("agent.answered");
            platform.add(platform.driver);
            assertThat(reading.result().join()).containsExactly('h', 'i');
            streams.stdin().write(new byte[] {'!'});
            assertThat(streams.stdout().readNBytes(1)).containsExactly('!');
        }
    }

    @Test
    void aCallThatIsUnderWayIsLetEnd() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        platform.faults.arm(
                "agent.execProcess",
                () -> {
                    reached.countDown();
                    goOn.await();
                });
        Running<String> entering =
                Platform.run(() ->
                        sandbox.enterContainer("one", new ProcessConfig(List.of("exit", "3"))));
        reached.await();
        Running<Object> removing =
                Platform.run(() -> {
                    platform.remove(platform.driver);
                    return platform;
                });
        Platform.await(
                "the plugin goes", () -> platform.plugins.find(Kind.AGENT, "fake").isEmpty());
        assertThat(platform.driver.openConnections).hasValue(1);
        goOn.countDown();
        String process = entering.result().join();
        removing.result().join();
        assertThat(platform.driver.openConnections).hasValue(0);
        platform.add(platform.driver);
        assertThat(sandbox.waitProcess("one", process).code()).isEqualTo(3);
    }

    @Test
    void aHigherRankingAgentTakesOverUntilItGoes() throws Exception {
        FakeAgentDriver higher = new FakeAgentDriver(platform.hypervisor, platform.faults);
        platform.plugins.add(Kind.AGENT, higher, HIGHER);
        assertThat(sandbox.statsContainer("one")).isNotNull();
        assertThat(platform.driver.openConnections).hasValue(0);
        assertThat(higher.openConnections).hasValue(1);
        platform.plugins.remove(Kind.AGENT, higher);
        assertThat(sandbox.statsContainer("one")).isNotNull();
        assertThat(platform.driver.openConnections).hasValue(1);
        assertThat(higher.openConnections).hasValue(0);
    }

    @Test
    void aHigherRankingHypervisorTakesOverUntilItGoes() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        Hypervisor higher =
                (Hypervisor)
                        Proxy.newProxyInstance(
                                Hypervisor.class.getClassLoader(),
                                new Class<?>[] {Hypervisor.class},
                                (_, method, arguments) -> {
                                    asked.add(method.getName());
                                    try {
                                        return method.invoke(platform.hypervisor, arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        platform.plugins.add(Kind.HYPERVISOR, higher, HIGHER);
        Platform.await("it takes the machine up", () -> asked.contains("attach"));
        platform.plugins.remove(Kind.HYPERVISOR, higher);
        sandbox.resize(2, null);
        assertThat(platform.hypervisor.only().vcpus).isEqualTo(2);
        Platform.await("one handle", () -> platform.hypervisor.openHandles.get() == 1);
    }

    @Test
    void whatWasReadIsKnownToTheNextCore() throws Exception {
        try (ProcessStreams streams = sandbox.ioStream("one", "one")) {
            streams.stdin().write(new byte[] {'a', 'b', 'c'});
            assertThat(streams.stdout().read()).isEqualTo('a');
            platform.stop();
            assertThat(platform.faults.passed).contains("agent.leave");
            assertThatThrownBy(() -> streams.stdout().read()).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> sandbox.waitProcess("one", "one"))
                .isInstanceOf(UnavailableException.class);
        platform.start();
        Sandbox again = platform.sandboxes.fetch("web");
        try (ProcessStreams streams = again.ioStream("one", "one")) {
            assertThat(streams.stdout().readNBytes(2)).containsExactly('b', 'c');
        }
    }

    @Test
    void aChangeWaitsForTheStorage() throws Exception {
        platform.plugins.remove(Kind.STORAGE, platform.storage);
        Running<Object> creating =
                Platform.run(() -> sandbox.createContainer(platform.container("two", "sleep")));
        assertThat(sandbox.status().containers()).hasSize(1);
        platform.plugins.add(Kind.STORAGE, platform.storage, Platform.NAMED_FAKE);
        creating.result().join();
        assertThat(sandbox.status().containers()).hasSize(2);
    }
}
