package io.sunaba.agent.kata;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.sunaba.agent.Agent;
import io.sunaba.agent.kata.HostileGuest.Attack;
import io.sunaba.agent.kata.HostileGuest.Wire;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.Interface;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.ttrpc.left.LeftChannels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a hostile or broken guest costs: its caller an error, in bounded time and memory, and
/// others nothing.
@Timeout(120)
final class HostileGuestTest {
    private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(400);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int FRAME_LIMIT = 4 << 20;

    /// More than the limits allow for one call, so that what exceeds it was not limited.
    private static final long MOST_ALLOCATED = 8 << 20;

    private static final long MOST_KEPT = 3 << 20;
    private static final long MOST_MILLIS = 5_000;

    @TempDir Path directory;

    private final KataAgentDriver driver =
            new KataAgentDriver(new LeftChannels(), new KataAgentConfig(REQUEST_TIMEOUT));

    @AfterEach
    void stop() {
        driver.deactivate();
    }

    /// What a caller wants of the guest.
    interface Call {
        void on(Agent agent) throws InterruptedException;
    }

    @SuppressWarnings("ImmutableEnumChecker")
    enum Hostility {
        SILENCE((_, _) -> {}, Agent::check, TimedOutException.class, "no answer within"),
        HANG_UP(
                (wire, _) -> wire.hangUp(),
                Agent::check,
                UnavailableException.class,
                "the peer closed the connection"),
        FRAME_OVER_THE_LIMIT(
                (wire, stream) -> wire.header(FRAME_LIMIT + 1, stream, HostileGuest.RESPONSE),
                Agent::check,
                UnavailableException.class,
                "over the limit of 4194304"),
        FRAME_OF_NEGATIVE_LENGTH(
                (wire, stream) -> wire.header(-1, stream, HostileGuest.RESPONSE),
                Agent::check,
                UnavailableException.class,
                "over the limit of 4194304"),
        FRAME_OF_ANOTHER_TYPE(
                (wire, stream) -> wire.header(0, stream, 3),
                Agent::check,
                UnavailableException.class,
                "frame of type 3"),
        HALF_A_HEADER(
                (wire, _) -> wire.write(new byte[] {0, 0, 0}),
                Agent::check,
                TimedOutException.class,
                "no answer within"),
        HALF_A_FRAME(
                (wire, stream) -> {
                    wire.header(100_000, stream, HostileGuest.RESPONSE);
                    wire.write(new byte[50_000]);
                },
                Agent::check,
                TimedOutException.class,
                "no answer within"),
        HALF_A_FRAME_AND_HANG_UP(
                (wire, stream) -> {
                    wire.header(100_000, stream, HostileGuest.RESPONSE);
                    wire.write(new byte[50_000]);
                    wire.hangUp();
                },
                Agent::check,
                UnavailableException.class,
                "ended after 50000 of a frame's 100000 bytes"),
        ENVELOPE_OF_GARBAGE(
                (wire, stream) -> wire.frame(stream, new byte[] {0x12, 0x7f, 0}),
                Agent::check,
                UnavailableException.class,
                "is garbage"),
        MESSAGE_OF_GARBAGE(
                (wire, stream) -> wire.answer(stream, new byte[] {0x0a, 0x7f}),
                Agent::metrics,
                UnavailableException.class,
                "garbage as the answer"),
        ANSWER_TO_NO_REQUEST(
                (wire, stream) -> wire.frame(stream + 2, new byte[0]),
                Agent::check,
                UnavailableException.class,
                "which has had no request"),
        ANSWER_ON_A_STREAM_OF_THE_GUEST(
                (wire, _) -> wire.frame(2, new byte[0]),
                Agent::check,
                UnavailableException.class,
                "which has had no request"),
        ANSWERS_TO_THE_LAST_REQUEST_FOR_EVER(
                (wire, stream) -> wire.flood(emptyAnswers(stream - 2)),
                Agent::check,
                UnavailableException.class,
                "second answer on stream"),
        ANSWER_FAR_TOO_LARGE(
                (wire, stream) -> wire.frame(stream, Huge.ZEROES),
                Agent::check,
                UnavailableException.class,
                "over the limit of 262144"),
        ANSWER_OF_MANY_MESSAGES(
                (wire, stream) -> wire.frame(stream, Huge.EMPTY_MESSAGES),
                Agent::listInterfaces,
                UnavailableException.class,
                "over the limit of 262144"),
        PROCESS_LIST_OF_MANY_LINES(
                (wire, stream) -> wire.frame(stream, Huge.LINES),
                agent -> agent.listProcesses("c", List.of()),
                UnavailableException.class,
                "over the limit of 1048576"),
        STATUS_WITH_AN_ENDLESS_TEXT(
                (wire, stream) -> wire.frame(stream, Huge.STATUS),
                agent -> agent.listProcesses("c", List.of()),
                UnavailableException.class,
                "..."),
        OUTPUT_BEYOND_WHAT_WAS_ASKED_FOR(
                (wire, stream) -> wire.answer(stream, output(101)),
                agent -> agent.readStdout("c", "c", 100),
                UnavailableException.class,
                "sent 101 bytes where at most 100 were asked for"),
        OUTPUT_FAR_BEYOND_WHAT_WAS_ASKED_FOR(
                (wire, stream) -> wire.frame(stream, Huge.OUTPUT),
                agent -> agent.readStdout("c", "c", 100),
                UnavailableException.class,
                "over the limit of"),
        EXIT_CODE_THAT_IS_NONE(
                (wire, stream) ->
                        wire.answer(stream, WaitProcessResponse.newBuilder().setStatus(-7).build()),
                agent -> agent.waitProcess("c", "c"),
                UnavailableException.class,
                "-7 is no exit code"),
        INTERFACE_THAT_IS_NONE(
                (wire, stream) ->
                        wire.answer(
                                stream,
                                Wire.envelope(
                                        1 << 3 | 2,
                                        Interface.newBuilder()
                                                .setName("eth0")
                                                .setMtu(-1)
                                                .build()
                                                .toByteArray())),
                Agent::listInterfaces,
                UnavailableException.class,
                "no MTU: 18446744073709551615"),
        PROCESS_LIST_THAT_IS_NO_TABLE(
                (wire, stream) ->
                        wire.answer(
                                stream,
                                Wire.envelope(
                                        1 << 3 | 2, "PID USER COMMAND\n1\n".getBytes(US_ASCII))),
                agent -> agent.listProcesses("c", List.of()),
                UnavailableException.class,
                "3 columns and a row of 1"),
        ;

        private final Attack attack;
        private final Call call;
        private final Class<? extends SunabaException> error;
        private final String message;

        Hostility(
                Attack attack, Call call, Class<? extends SunabaException> error, String message) {
            this.attack = attack;
            this.call = call;
            this.error = error;
            this.message = message;
        }
    }

    /// Made once, so as not to be counted as what the host allocates.
    private static final class Huge {
        static final byte[] ZEROES = Wire.message(new byte[FRAME_LIMIT - 100]);
        static final byte[] EMPTY_MESSAGES = Wire.message(repeatedEmptyMessages(2_000_000));
        static final byte[] LINES = Wire.message(Wire.envelope(1 << 3 | 2, lines(2_000_000)));
        static final byte[] STATUS = statusWithText(200_000);
        static final byte[] OUTPUT = Wire.message(output(4_000_000).toByteArray());
    }

    private static byte[] emptyAnswers(int stream) {
        byte[] frames = new byte[10 * 1000];
        for (int at = 0; at < frames.length; at += 10) {
            frames[at + 7] = (byte) stream;
            frames[at + 8] = HostileGuest.RESPONSE;
        }
        return frames;
    }

    /// Field 1, length 0, again and again.
    private static byte[] repeatedEmptyMessages(int count) {
        byte[] messages = new byte[2 * count];
        for (int at = 0; at < messages.length; at += 2) {
            messages[at] = 1 << 3 | 2;
        }
        return messages;
    }

    private static byte[] lines(int count) {
        byte[] text = new byte[2 * count];
        Arrays.fill(text, (byte) '\n');
        for (int at = 0; at < text.length; at += 2) {
            text[at] = 'a';
        }
        return text;
    }

    private static byte[] statusWithText(int length) {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) 'x');
        byte[] field = Wire.envelope(2 << 3 | 2, text);
        byte[] status = new byte[field.length + 2];
        status[0] = 1 << 3;
        status[1] = 13;
        System.arraycopy(field, 0, status, 2, field.length);
        return Wire.envelope(1 << 3 | 2, status);
    }

    private static ReadStreamResponse output(int length) {
        return ReadStreamResponse.newBuilder()
                .setData(ByteString.copyFrom(new byte[length]))
                .build();
    }

    private Path socket(String name) {
        return directory.resolve(name + ".sock");
    }

    private Agent connect(Path socket) throws InterruptedException {
        return driver.connect(new AgentEndpoint.UnixSocket(socket), PATIENCE);
    }

    @ParameterizedTest
    @EnumSource
    void costsItsCallerAnErrorInBoundedTimeAndMemory(Hostility hostility) throws Exception {
        try (HostileGuest guest = HostileGuest.at(socket("hostile"), hostility.attack)) {
            attackOnce(guest, hostility); // loads classes
            Footprint before = Footprint.take();
            for (int round = 0; round < 3; round++) {
                Duration taken = attackOnce(guest, hostility);
                assertThat(taken).isLessThan(Duration.ofMillis(MOST_MILLIS));
            }
            before.assertSince(3 * MOST_ALLOCATED, MOST_KEPT);
        }
    }

    private Duration attackOnce(HostileGuest guest, Hostility hostility) throws Exception {
        long start = System.nanoTime();
        try (Agent agent = connect(socket("hostile"))) {
            Throwable failure = catchThrowable(() -> hostility.call.on(agent));
            assertThat(failure)
                    .isInstanceOf(hostility.error)
                    .hasMessageContaining(hostility.message);
            assertThat(failure).message().hasSizeLessThan(10_000).doesNotContain("\n");
        }
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        Wait.until("the connection is closed", () -> guest.open() == 0);
        return taken;
    }

    @Test
    void floodInsteadOfAGreetingEndsWithTheTimeout() throws Exception {
        try (HostileGuest guest =
                HostileGuest.unfriendly(
                        socket("hostile"), (wire, _) -> wire.flood(new byte[64 << 10]))) {
            assertThatThrownBy(() ->
                            driver.connect(
                                    new AgentEndpoint.SerialPort(socket("hostile")),
                                    Duration.ofSeconds(2)))
                    .isInstanceOf(TimedOutException.class)
                    .hasMessageContaining("did not answer within 2000 ms");
            Wait.until("the connection is closed", () -> guest.open() == 0);
        }
    }

    /// More of them than there are processors, as each keeps a thread as busy as it can.
    @Test
    void floodsInsteadOfGreetingsHoldNobodyUp() throws Exception {
        List<HostileGuest> guests = new ArrayList<>();
        int floods = 2 * Runtime.getRuntime().availableProcessors();
        try (GuestEnd _ = GuestEnd.plain(socket("good"), FakeAgent.own().server());
                ExecutorService callers = Executors.newThreadPerTaskExecutor(Thread::new)) {
            List<Future<?>> attempts = new ArrayList<>();
            for (int i = 0; i < floods; i++) {
                Path socket = socket("hostile" + i);
                guests.add(
                        HostileGuest.unfriendly(
                                socket, (wire, _) -> wire.flood(new byte[64 << 10])));
                attempts.add(
                        callers.submit(() ->
                                assertThatThrownBy(() ->
                                                driver.connect(
                                                        new AgentEndpoint.UnixSocket(socket),
                                                        Duration.ofSeconds(3)))
                                        .isInstanceOf(TimedOutException.class)));
            }
            Wait.until(
                    "all floods flow", () -> guests.stream().allMatch(guest -> guest.open() > 0));
            long start = System.nanoTime();
            try (Agent good = connect(socket("good"))) {
                assertThat(good.check()).isLessThan(Duration.ofSeconds(2));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofMillis(2500));
            for (Future<?> attempt : attempts) {
                attempt.get(20, TimeUnit.SECONDS);
            }
        } finally {
            for (HostileGuest guest : guests) {
                guest.close();
            }
        }
    }

    @Test
    void guestsThatAttackInTurnsHoldNobodyUp() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Hostility> quick =
                List.of(
                        Hostility.ANSWERS_TO_THE_LAST_REQUEST_FOR_EVER,
                        Hostility.ANSWER_FAR_TOO_LARGE,
                        Hostility.HANG_UP,
                        Hostility.STATUS_WITH_AN_ENDLESS_TEXT);
        try (GuestEnd _ = GuestEnd.plain(socket("good"), FakeAgent.own().server());
                Agent good = connect(socket("good"));
                ExecutorService callers = Executors.newThreadPerTaskExecutor(Thread::new)) {
            List<Future<?>> attacks = new ArrayList<>();
            for (Hostility hostility : quick) {
                attacks.add(
                        callers.submit(() -> {
                            Path socket = socket(hostility.name());
                            try (HostileGuest _ = HostileGuest.at(socket, hostility.attack)) {
                                while (!over.get()) {
                                    try (Agent agent = connect(socket)) {
                                        // Together they may take so long that one is too late.
                                        assertThatThrownBy(() -> hostility.call.on(agent))
                                                .isInstanceOfAny(
                                                        hostility.error, TimedOutException.class);
                                    }
                                }
                            }
                            return null;
                        }));
            }
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            int checks = 0;
            for (; System.nanoTime() < end; checks++) {
                assertThat(good.check()).isLessThan(REQUEST_TIMEOUT);
            }
            over.set(true);
            assertThat(checks).isGreaterThan(20);
            for (Future<?> attack : attacks) {
                attack.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void flappingLeavesNothing() throws Exception {
        try (HostileGuest guest = HostileGuest.at(socket("hostile"), (wire, _) -> wire.hangUp())) {
            attackOnce(guest, Hostility.HANG_UP);
            Footprint before = Footprint.take();
            for (int round = 0; round < 100; round++) {
                attackOnce(guest, Hostility.HANG_UP);
            }
            assertThat(guest.accepted()).isEqualTo(101);
            before.assertSince(100 * (1 << 20), MOST_KEPT);
        }
    }

    /// Nothing is read of what is sent: the line fills up, then the queue, then callers wait.
    @Test
    void guestThatNeverReadsCostsTimeoutsAndNoMemory() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Attack neverRead = (_, _) -> awaitQuietly(over);
        Footprint before = Footprint.take();
        try (HostileGuest _ = HostileGuest.at(socket("hostile"), neverRead)) {
            try (Agent agent = connect(socket("hostile"));
                    ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    calls.add(
                            callers.submit(() -> {
                                agent.addEntropy(new byte[100_000]);
                                return null;
                            }));
                }
                for (Future<?> call : calls) {
                    assertThatThrownBy(call::get).hasCauseInstanceOf(TimedOutException.class);
                }
                assertThatThrownBy(agent::check).isInstanceOf(TimedOutException.class);
            }
            over.countDown();
        }
        before.assertSince(200L * 1_000_000, MOST_KEPT);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
