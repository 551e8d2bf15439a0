package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.error.ConflictException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.PrepareRequest;
import io.sunaba.guest.protocol.PrepareResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.ttrpc.left.LeftChannels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a guest becomes one of its own: in one call, with an agent that has it.
@Timeout(60)
final class SandboxPreparationTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 5_000);
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final byte[] ENTROPY = {1, 2, 3};
    private static final GuestSandbox BLUE =
            new GuestSandbox("blue", "host", List.of("10.0.2.3"), false);

    private final KataAgentDriver driver =
            new KataAgentDriver(new LeftChannels(), new KataAgentConfig(Duration.ofMillis(1500)));

    @TempDir Path directory;

    /// Prepares a sandbox and returns how old the time was at most.
    private Duration prepare(FakeAgent fake) throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (GuestEnd _ = GuestEnd.plain(socket, fake.server());
                Agent agent =
                        driver.connect(
                                new AgentEndpoint.UnixSocket(socket), Duration.ofSeconds(20))) {
            return agent.prepareSandbox(ENTROPY, CLOCK, BLUE);
        }
    }

    @Test
    void isOneCall() throws Exception {
        CompletableFuture<PrepareRequest> told = new CompletableFuture<>();
        FakeAgent fake = FakeAgent.own();
        fake.on(
                SessionGrpc.getPrepareMethod(),
                request -> {
                    told.complete(request);
                    return PrepareResponse.newBuilder().setNanos(Long.MAX_VALUE).build();
                });
        // What the guest did after it had set its clock made the time no older.
        assertThat(prepare(fake)).isNegative();
        assertThat(told.get())
                .isEqualTo(
                        PrepareRequest.newBuilder()
                                .setSec(NOW.getEpochSecond())
                                .setUsec(5)
                                .setEntropy(ByteString.copyFrom(ENTROPY))
                                .setSandbox(SandboxRequests.create(BLUE))
                                .build());
    }

    /// A guest may be of an image that is older than this.
    @Test
    void isThreeCallsOfAnAgentThatDoesNotHaveIt() throws Exception {
        assertIsThreeCalls(FakeAgent.own());
    }

    @Test
    void isThreeCallsOfAStockAgent() throws Exception {
        assertIsThreeCalls(FakeAgent.stock());
    }

    private void assertIsThreeCalls(FakeAgent fake) throws Exception {
        List<String> calls = new CopyOnWriteArrayList<>();
        record(fake, AgentServiceGrpc.getReseedRandomDevMethod(), calls);
        record(fake, AgentServiceGrpc.getSetGuestDateTimeMethod(), calls);
        record(fake, AgentServiceGrpc.getCreateSandboxMethod(), calls);
        assertThat(prepare(fake)).isPositive();
        assertThat(calls).containsExactly("ReseedRandomDev", "SetGuestDateTime", "CreateSandbox");
    }

    private static <Q> void record(
            FakeAgent fake, MethodDescriptor<Q, Empty> method, List<String> calls) {
        fake.on(
                method,
                _ -> {
                    calls.add(String.valueOf(method.getBareMethodName()));
                    return Empty.getDefaultInstance();
                });
    }

    @Test
    void saysWhatFailed() {
        FakeAgent fake = FakeAgent.own();
        fake.refuse(
                SessionGrpc.getPrepareMethod(),
                Status.ALREADY_EXISTS.withDescription("the sandbox exists"));
        assertThatThrownBy(() -> prepare(fake))
                .isInstanceOf(ConflictException.class)
                .hasMessage("create sandbox blue in the guest: the sandbox exists");
    }
}
