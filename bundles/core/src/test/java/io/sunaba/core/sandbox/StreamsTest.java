package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.agent.Agent;
import io.sunaba.agent.StreamPosition;
import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsTest {
    @TempDir Path directory;
    private Platform platform;
    private Sandbox sandbox;

    @BeforeEach
    void start() throws InterruptedException {
        platform = new Platform(directory);
        sandbox = platform.create("web", platform.container("one", "cat"));
        sandbox.start();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void bytesPassUnchangedInChunks() throws Exception {
        byte[] sent = new byte[3 * GuestStreams.CHUNK_BYTES + 17];
        new Random(7).nextBytes(sent);
        try (ProcessStreams streams = sandbox.ioStream("one", "one")) {
            streams.stdin().write(sent);
            streams.stdin().close();
            assertThat(streams.stdout().readAllBytes()).isEqualTo(sent);
            assertThat(streams.stderr().readAllBytes()).isEmpty();
            assertThat(streams.stdout().read()).isEqualTo(-1);
            assertThatThrownBy(() -> streams.stdin().write(1)).isInstanceOf(IOException.class);
        }
        assertThat(sandbox.waitProcess("one", "one").code()).isZero();
    }

    @Test
    void oneReaderAtATime() {
        ProcessStreams first = sandbox.ioStream("one", "one");
        assertThatThrownBy(() -> sandbox.ioStream("one", "one"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("one");
        first.close();
        sandbox.ioStream("one", "one").close();
    }

    @Test
    void readerThatLeavesIsLetGoAndTheNextGetsWhatWasUnderWay() throws Exception {
        ProcessStreams first = sandbox.ioStream("one", "one");
        Running<Integer> reading = Platform.run(() -> first.stdout().read());
        Platform.await(
                "the read is under way", () -> platform.faults.passed.contains("agent.readStdout"));
        first.close();
        assertThatThrownBy(reading.result()::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IOException.class);
        try (ProcessStreams second = sandbox.ioStream("one", "one")) {
            second.stdin().write(new byte[] {'h', 'i'});
            assertThat(second.stdout().readNBytes(2)).containsExactly('h', 'i');
        }
    }

    @Test
    void streamsEndWithTheConnection() {
        ProcessStreams streams = sandbox.ioStream("one", "one");
        Running<Integer> reading = Platform.run(() -> streams.stdout().read());
        Platform.await(
                "the read is under way", () -> platform.faults.passed.contains("agent.readStdout"));
        platform.hypervisor.only().kill();
        assertThatThrownBy(reading.result()::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    private static Agent agent(BlockingQueue<byte[]> output) {
        return (Agent)
                Proxy.newProxyInstance(
                        Agent.class.getClassLoader(),
                        new Class<?>[] {Agent.class},
                        (_, method, _) ->
                                switch (method.getName()) {
                                    case "readStdout" -> output.take();
                                    case "readStderr" -> new byte[0];
                                    case "stdoutPosition", "stderrPosition" -> Optional.empty();
                                    case "confirmStdout" -> null;
                                    default -> throw new AssertionError(method);
                                });
    }

    @Test
    void nothingIsKeptOfStreamsThatWereLetGoOf() throws Exception {
        BlockingQueue<byte[]> output = new LinkedBlockingQueue<>();
        StreamHub hub = new StreamHub(() -> agent(output));
        for (int i = 0; i < 100; i++) {
            try (ProcessStreams streams = hub.open("c", "exec-" + i)) {
                output.add(new byte[] {1, 2});
                assertThat(streams.stdout().readNBytes(2)).containsExactly(1, 2);
            }
        }
        Platform.await("the guest knows what was read", () -> hub.kept() == 0);
    }

    private interface Told {
        Object of(StreamPosition position) throws InterruptedException;
    }

    /// An agent that gives two bytes whenever it is asked, from where somebody was who left.
    private static Agent agent(StreamPosition left, Told told) {
        return (Agent)
                Proxy.newProxyInstance(
                        Agent.class.getClassLoader(),
                        new Class<?>[] {Agent.class},
                        (_, method, arguments) ->
                                switch (method.getName()) {
                                    case "stdoutPosition" -> Optional.of(left);
                                    case "readStdout", "confirmStdout" -> {
                                        var _ =
                                                told.of(
                                                        (StreamPosition)
                                                                arguments[arguments.length - 1]);
                                        yield method.getName().equals("readStdout")
                                                ? new byte[] {1, 2}
                                                : null;
                                    }
                                    default -> throw new AssertionError(method);
                                });
    }

    @Test
    void aHubThatLeavesTellsTheGuestOnce() throws Exception {
        StreamPosition left = new StreamPosition(7, 100);
        List<StreamPosition> asked = new CopyOnWriteArrayList<>();
        CountDownLatch thrice = new CountDownLatch(3);
        Told slow =
                position -> {
                    thrice.countDown();
                    return asked.add(position)
                            && position.equals(left.plus(2))
                            && thrice.await(100, TimeUnit.MILLISECONDS);
                };
        StreamHub hub = new StreamHub(() -> agent(left, slow));
        assertThat(hub.open("c", "c").stdout().readNBytes(2)).containsExactly(1, 2);
        hub.leave(Duration.ofSeconds(10));
        Platform.await("all is told", () -> hub.kept() == 0);
        assertThat(asked).containsExactly(left, left.plus(2));
    }

    /// An agent may take a read that waits for the news; it may not have arrived when it failed.
    @Test
    void aGuestIsToldAgainWhatAReadThatFailedHadTold() throws Exception {
        StreamPosition left = new StreamPosition(7, 100);
        List<StreamPosition> asked = new CopyOnWriteArrayList<>();
        CountDownLatch lost = new CountDownLatch(1);
        Told failing =
                position -> {
                    asked.add(position);
                    if (asked.size() == 2) {
                        lost.await();
                        throw new UnavailableException("the connection is lost");
                    }
                    return asked;
                };
        StreamHub hub = new StreamHub(() -> agent(left, failing));
        try (ProcessStreams streams = hub.open("c", "c")) {
            assertThat(streams.stdout().readNBytes(2)).containsExactly(1, 2);
            var _ = Platform.run(() -> streams.stdout().read());
            Platform.await("the read waits", () -> asked.size() == 2);
        }
        Platform.await("all is told", () -> asked.size() == 3);
        try (ProcessStreams streams = hub.open("c", "c")) {
            lost.countDown();
            assertThatThrownBy(() -> streams.stdout().read()).isInstanceOf(IOException.class);
        }
        Platform.await("all is told", () -> hub.kept() == 0);
        assertThat(asked).containsExactly(left, left.plus(2), left.plus(2), left.plus(2));
    }

    @Test
    void goesOnWhereSomebodyWasWhoLeft() throws Exception {
        StreamPosition left = new StreamPosition(7, 100);
        List<StreamPosition> asked = new CopyOnWriteArrayList<>();
        StreamHub hub = new StreamHub(() -> agent(left, asked::add));
        try (ProcessStreams streams = hub.open("c", "c")) {
            assertThat(streams.stdout().readNBytes(4)).containsExactly(1, 2, 1, 2);
        }
        Platform.await("the guest knows what was read", () -> hub.kept() == 0);
        assertThat(asked).containsExactly(left, left.plus(2), left.plus(4));
    }

    @Test
    void littleIsKeptOfStreamsThatWereLeftHalfRead() throws Exception {
        BlockingQueue<byte[]> output = new LinkedBlockingQueue<>();
        StreamHub hub = new StreamHub(() -> agent(output));
        for (int i = 0; i < 3 * StreamHub.MAX_LEFT_BEHIND; i++) {
            try (ProcessStreams streams = hub.open("c", "exec-" + i)) {
                output.add(new byte[] {1, 2});
                assertThat(streams.stdout().read()).isEqualTo(1);
            }
        }
        Platform.await("the oldest are let go", () -> hub.kept() == StreamHub.MAX_LEFT_BEHIND);
        String last = "exec-" + (3 * StreamHub.MAX_LEFT_BEHIND - 1);
        try (ProcessStreams streams = hub.open("c", last)) {
            assertThat(streams.stdout().read()).isEqualTo(2);
        }
        hub.forgetAll();
        assertThat(hub.kept()).isZero();
    }
}
