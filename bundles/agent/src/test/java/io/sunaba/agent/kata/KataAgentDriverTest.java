package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestDetails;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.OpenResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.ttrpc.left.LeftChannels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class KataAgentDriverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path directory;

    private final KataAgentDriver driver =
            new KataAgentDriver(new LeftChannels(), new KataAgentConfig(Duration.ofSeconds(20)));

    @AfterEach
    void stop() {
        driver.deactivate();
    }

    private Path socket() {
        return directory.resolve("agent.sock");
    }

    private AgentEndpoint unix() {
        return new AgentEndpoint.UnixSocket(socket());
    }

    private AgentEndpoint serial() {
        return new AgentEndpoint.SerialPort(socket());
    }

    @Test
    void tellsWhatTheGuestSaysOfItself() throws Exception {
        try (GuestEnd _ = GuestEnd.plain(socket(), FakeAgent.own().server());
                Agent agent = driver.connect(unix(), PATIENCE)) {
            assertThat(agent.guestDetails())
                    .isEqualTo(new GuestDetails("1.2.3", "0.0.1", "abcdef"));
            assertThat(agent.check()).isPositive();
        }
    }

    @Test
    void asksNothingThatTheGuestHasTold() throws Exception {
        FakeAgent fake = FakeAgent.own();
        fake.on(
                SessionGrpc.getOpenMethod(),
                request ->
                        OpenResponse.newBuilder()
                                .setNonce(request.getNonce())
                                .setAgentVersion("4.5.6")
                                .setBuildHash("abcdef")
                                .setProtocolVersion("2.0")
                                .build());
        fake.refuse(HealthGrpc.getVersionMethod(), Status.UNIMPLEMENTED);
        try (GuestEnd _ = GuestEnd.plain(socket(), fake.server());
                Agent agent = driver.connect(unix(), PATIENCE)) {
            assertThat(agent.guestDetails()).isEqualTo(new GuestDetails("4.5.6", "2.0", "abcdef"));
        }
    }

    @Test
    void connectsToAStockAgent() throws Exception {
        try (GuestEnd _ = GuestEnd.plain(socket(), FakeAgent.stock().server());
                Agent agent = driver.connect(unix(), PATIENCE)) {
            assertThat(agent.guestDetails()).isEqualTo(new GuestDetails("1.2.3", "0.0.1", ""));
        }
    }

    @Test
    void waitsForAGuestThatBoots() throws Exception {
        try (SerialLine line = new SerialLine(socket())) {
            // All that was sent meanwhile, by three attempts, is what the agent gets first.
            line.bootAfter(3, FakeAgent.own().server());
            try (Agent agent = driver.connect(serial(), PATIENCE)) {
                assertThat(agent.check()).isPositive();
            }
        }
    }

    @Test
    void getsOverHalfAFrameOnTheWayToTheAgent() throws Exception {
        try (SerialLine line = new SerialLine(socket())) {
            line.leaveForGuest(new byte[] {0, 0, 1, 0, 0, 0, 0, 9, 1, 0, 42, 42});
            line.bootAfter(0, FakeAgent.own().server());
            try (Agent agent = driver.connect(serial(), PATIENCE)) {
                assertThat(agent.check()).isPositive();
                assertThat(line.hosts()).isGreaterThan(1);
            }
        }
    }

    @Test
    void skipsWhatASessionBeforeLeftForTheHost() throws Exception {
        try (SerialLine line = new SerialLine(socket())) {
            // The end of a frame, an answer to an earlier call, and one to an earlier handshake.
            line.leaveForHost(
                    new byte[] {
                        7, 7, 7, 0, 0, 0, 2, 0, 0, 0, 9, 2, 0, 18, 0, 0, 0, 0, 2, 0, 0, 0, 1, 2, 0,
                        18, 0
                    });
            line.bootAfter(0, FakeAgent.own().server());
            try (Agent agent = driver.connect(serial(), PATIENCE)) {
                assertThat(agent.check()).isPositive();
                assertThat(line.hosts()).isEqualTo(1);
            }
        }
    }

    @Test
    void takesThePlaceOfAnEarlierConnectionToTheSamePort() throws Exception {
        try (SerialLine line = new SerialLine(socket())) {
            line.bootAfter(0, FakeAgent.own().server());
            Agent earlier = driver.connect(serial(), PATIENCE);
            try (Agent later = driver.connect(serial(), PATIENCE)) {
                assertThat(later.check()).isPositive();
                assertThat(reason(earlier)).isEqualTo("a later connection took its place");
                assertThatThrownBy(earlier::check).isInstanceOf(UnavailableException.class);
            }
        }
    }

    @Test
    void dialsUntilSomebodyListensOnTheVsockPort() throws Exception {
        AgentEndpoint vsock = new AgentEndpoint.HybridVsock(socket(), 1024);
        try (GuestEnd guest = GuestEnd.hybrid(socket(), FakeAgent.own().server(), 3);
                Agent agent = driver.connect(vsock, PATIENCE)) {
            assertThat(agent.check()).isPositive();
            assertThat(guest.accepted()).isEqualTo(5);
        }
    }

    @Test
    void givesUpAfterTheTimeoutAndLeavesNothing() throws Exception {
        try (GuestEnd guest = GuestEnd.silent(socket())) {
            assertThatThrownBy(() -> driver.connect(unix(), Duration.ofMillis(200)))
                    .isInstanceOf(TimedOutException.class)
                    .hasMessage("agent at " + socket() + " did not answer within 200 ms");
            Wait.until("the socket is closed", () -> guest.accepted() == 1 && guest.open() == 0);
        }
    }

    @Test
    void givesUpAtOnceWhenInterruptedAndLeavesNothing() throws Exception {
        try (GuestEnd guest = GuestEnd.silent(socket())) {
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread caller =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    driver.connect(unix(), PATIENCE);
                                } catch (Throwable e) {
                                    outcome.complete(e);
                                }
                            });
            Wait.until("the agent is being waited for", () -> guest.open() == 1);
            caller.interrupt();
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            Wait.until("the socket is closed", () -> guest.open() == 0);
        }
    }

    @Test
    void saysThatTheEndpointIsGone() throws IOException {
        assertThatThrownBy(() -> driver.connect(serial(), PATIENCE))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("agent at " + socket() + " is gone: ");
        GuestEnd.silent(socket()).close();
        assertThatThrownBy(() -> driver.connect(serial(), PATIENCE))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("agent at " + socket() + " is gone: ");
    }

    @Test
    void tellsTheUsersOfConnectionsThatItIsStopped() throws Exception {
        try (GuestEnd guest = GuestEnd.plain(socket(), FakeAgent.own().server())) {
            Agent agent = driver.connect(unix(), PATIENCE);
            driver.deactivate();
            assertThat(reason(agent)).isEqualTo("the agent plugin was stopped");
            Wait.until("the socket is closed", () -> guest.open() == 0);
        }
    }

    private static String reason(Agent agent) throws Exception {
        return agent.lost().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
