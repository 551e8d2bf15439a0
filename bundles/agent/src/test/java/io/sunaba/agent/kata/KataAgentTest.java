package io.sunaba.agent.kata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestDevice;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.HealthCheckResponse;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.NetworkGrpc;
import io.sunaba.guest.protocol.PrepareResponse;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.guest.protocol.WriteStreamResponse;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.ttrpc.left.LeftChannels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class KataAgentTest {
    @TempDir Path directory;

    private final FakeAgent fake = FakeAgent.own();
    private final CountDownLatch release = new CountDownLatch(1);
    private final KataAgentDriver driver =
            new KataAgentDriver(new LeftChannels(), new KataAgentConfig(Duration.ofMillis(1500)));
    private GuestEnd guest;
    private Agent agent;

    @BeforeEach
    void connect() throws Exception {
        Path socket = directory.resolve("agent.sock");
        guest = GuestEnd.plain(socket, fake.server());
        agent = driver.connect(new AgentEndpoint.UnixSocket(socket), Duration.ofSeconds(20));
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        agent.close();
        guest.close();
    }

    /// Runs something on a thread that can be interrupted.
    private static final class Caller {
        interface Action {
            void run() throws Exception;
        }

        final CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        final Thread thread;

        Caller(Action action) {
            thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    action.run();
                                    outcome.complete(new AssertionError("no failure"));
                                } catch (Throwable e) {
                                    outcome.complete(e);
                                }
                            });
        }

        Throwable failure() throws Exception {
            return outcome.get(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, io.sunaba.error.NotFoundException",
        "ALREADY_EXISTS, io.sunaba.error.ConflictException",
        "FAILED_PRECONDITION, io.sunaba.error.ConflictException",
        "INVALID_ARGUMENT, io.sunaba.error.RejectedException",
        "UNIMPLEMENTED, io.sunaba.error.RejectedException",
        "DEADLINE_EXCEEDED, io.sunaba.error.TimedOutException",
        "UNAVAILABLE, io.sunaba.error.UnavailableException",
        "INTERNAL, io.sunaba.error.UnavailableException"
    })
    void saysWhatFailedInTheAgentsOwnWords(Status.Code code, Class<? extends Exception> type) {
        fake.refuse(
                AgentServiceGrpc.getStartContainerMethod(),
                code.toStatus().withDescription("first line\n second line"));
        assertThatThrownBy(() -> agent.startContainer("web"))
                .isInstanceOf(type)
                .hasMessageStartingWith("start container web: ")
                .hasMessageEndingWith("first line; second line");
    }

    @Test
    void hasTheAgentPractiseAndSettle() throws Exception {
        List<String> calls = new CopyOnWriteArrayList<>();
        record(calls, SessionGrpc.getPrepareMethod(), PrepareResponse.getDefaultInstance());
        record(calls, AgentServiceGrpc.getSetGuestDateTimeMethod(), Empty.getDefaultInstance());
        record(calls, AgentServiceGrpc.getDestroySandboxMethod(), Empty.getDefaultInstance());
        record(calls, SessionGrpc.getSettleMethod(), Empty.getDefaultInstance());
        record(calls, HealthGrpc.getCheckMethod(), HealthCheckResponse.getDefaultInstance());
        agent.settle();
        assertThat(calls)
                .startsWith("Prepare", "SetGuestDateTime", "DestroySandbox", "Check", "Prepare")
                .endsWith("DestroySandbox", "Check", "Settle");
    }

    private <Q, R> void record(List<String> calls, MethodDescriptor<Q, R> method, R answer) {
        fake.on(
                method,
                _ -> {
                    calls.add(requireNonNull(method.getBareMethodName()));
                    return answer;
                });
    }

    /// A stock agent ends when its sandbox is destroyed.
    @Test
    void leavesAStockAgentAlone() throws Exception {
        Path socket = directory.resolve("stock.sock");
        try (GuestEnd _ = GuestEnd.plain(socket, FakeAgent.stock().server());
                Agent stock =
                        driver.connect(
                                new AgentEndpoint.UnixSocket(socket), Duration.ofSeconds(20))) {
            stock.settle();
            assertThat(stock.lost().toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void namesAnOperationThatTheAgentDoesNotKnow() {
        assertThatThrownBy(() -> agent.pauseContainer("web"))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("pause container web: the agent cannot: ");
    }

    @Test
    void namesWhatAStockAgentCannotDoWithDevices() {
        GuestDevice device =
                new GuestDevice("data", new GuestDevice.Share("dev-1"), null, false, "/data");
        assertThatThrownBy(() -> agent.addDevice("web", device))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("add device data to container web: the agent cannot: ");
        assertThatThrownBy(() -> agent.removeDevice("web", "data"))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith(
                        "remove device data from container web: the agent cannot: ");
    }

    @Test
    void givesUpWhenTheAgentTakesTooLong() {
        fake.on(AgentServiceGrpc.getStartContainerMethod(), _ -> await(release));
        assertThatThrownBy(() -> agent.startContainer("web"))
                .isInstanceOf(TimedOutException.class)
                .hasMessageStartingWith("start container web: ")
                .hasMessageContaining("no answer within");
    }

    @Test
    void waitsLongerThanTheTimeoutForAProcess() throws Exception {
        BlockingQueue<WaitProcessResponse> ends = new LinkedBlockingQueue<>();
        fake.on(AgentServiceGrpc.getWaitProcessMethod(), _ -> ends.take());
        fake.on(AgentServiceGrpc.getStartContainerMethod(), _ -> await(release));
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Caller waiter = new Caller(() -> code.complete(agent.waitProcess("web", "web")));
        // A call with a limit, begun later, is over before.
        assertThatThrownBy(() -> agent.startContainer("web")).isInstanceOf(TimedOutException.class);
        ends.add(WaitProcessResponse.newBuilder().setStatus(137).build());
        assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(137);
        assertThat(waiter.failure()).hasMessage("no failure");
    }

    @Test
    void leavesAWaitAtOnceWhenInterruptedAndGoesOn() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        fake.on(
                AgentServiceGrpc.getWaitProcessMethod(),
                _ -> {
                    waiting.countDown();
                    await(release);
                    return WaitProcessResponse.getDefaultInstance();
                });
        Caller waiter = new Caller(() -> agent.waitProcess("web", "web"));
        assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
        waiter.thread.interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        // Interrupted before it begins, in the state in which an I/O operation closes a socket.
        Caller early =
                new Caller(() -> {
                    Thread.currentThread().interrupt();
                    agent.check();
                });
        assertThat(early.failure()).isInstanceOf(InterruptedException.class);
        assertThat(agent.check()).isPositive();
    }

    @Test
    void survivesInterruptsInTheMiddleOfWriting() throws Exception {
        Semaphore taken = new Semaphore(0);
        fake.on(
                AgentServiceGrpc.getWriteStdinMethod(),
                request -> {
                    taken.release();
                    return WriteStreamResponse.newBuilder()
                            .setLen(request.getData().size())
                            .build();
                });
        for (int round = 0; round < 30; round++) {
            taken.drainPermits();
            Caller writer = new Caller(() -> agent.writeStdin("web", "web", new byte[64 << 20]));
            assertThat(taken.tryAcquire(1 + round % 3, 10, TimeUnit.SECONDS)).isTrue();
            writer.thread.interrupt();
            assertThat(writer.failure()).isInstanceOf(InterruptedException.class);
        }
        assertThat(agent.check()).isPositive();
    }

    @Test
    void servesAHundredCallersAtOnce() throws Exception {
        CountDownLatch all = new CountDownLatch(100);
        fake.on(
                AgentServiceGrpc.getWaitProcessMethod(),
                request -> {
                    all.countDown();
                    await(all);
                    int number = Integer.parseInt(request.getExecId());
                    return WaitProcessResponse.newBuilder().setStatus(number).build();
                });
        List<CompletableFuture<Integer>> codes = new ArrayList<>();
        for (int number = 0; number < 100; number++) {
            String id = Integer.toString(number);
            CompletableFuture<Integer> code = new CompletableFuture<>();
            codes.add(code);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            code.complete(agent.waitProcess("web", id));
                        } catch (Exception e) {
                            code.completeExceptionally(e);
                        }
                    });
        }
        for (int number = 0; number < 100; number++) {
            assertThat(codes.get(number).get(20, TimeUnit.SECONDS)).isEqualTo(number);
        }
    }

    @Test
    void tellsThatTheConnectionIsLost() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        fake.on(
                AgentServiceGrpc.getWaitProcessMethod(),
                _ -> {
                    waiting.countDown();
                    await(release);
                    return WaitProcessResponse.getDefaultInstance();
                });
        CountDownLatch blocking = new CountDownLatch(1);
        CompletableFuture<String> told = new CompletableFuture<>();
        var _ = agent.lost().thenRun(() -> awaitQuietly(blocking));
        var _ = agent.lost().thenAccept(told::complete);
        Caller waiter = new Caller(() -> agent.waitProcess("web", "web"));
        assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();

        guest.hangUp();

        assertThat(waiter.failure())
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("wait for process web of container web: agent at ");
        assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo("the peer closed the connection");
        blocking.countDown();
        assertThatThrownBy(agent::check).isInstanceOf(UnavailableException.class);
    }

    @Test
    void closesOnceAndIsNotLostThen() throws Exception {
        fake.on(
                AgentServiceGrpc.getWaitProcessMethod(),
                _ -> {
                    await(release);
                    return WaitProcessResponse.getDefaultInstance();
                });
        Caller waiter = new Caller(() -> agent.waitProcess("web", "web"));
        agent.check();
        agent.close();
        agent.close();
        assertThat(waiter.failure()).isInstanceOf(UnavailableException.class);
        Wait.until("the socket is closed", () -> guest.open() == 0);
        assertThat(agent.lost().toCompletableFuture()).isNotDone();
    }

    @Test
    void writesAllOfItHoweverLittleTheAgentTakes() throws Exception {
        byte[] data = new byte[10_000_000];
        new Random(7).nextBytes(data);
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        fake.on(
                AgentServiceGrpc.getWriteStdinMethod(),
                request -> {
                    int length = Math.min(request.getData().size(), 100_001);
                    request.getData().substring(0, length).writeTo(taken);
                    return WriteStreamResponse.newBuilder().setLen(length).build();
                });
        agent.writeStdin("web", "web", data);
        assertThat(taken.toByteArray()).isEqualTo(data);
    }

    @Test
    void refusesToTryForEverWhenTheAgentTakesNothing() {
        fake.on(
                AgentServiceGrpc.getWriteStdinMethod(),
                _ -> WriteStreamResponse.getDefaultInstance());
        assertThatThrownBy(() -> agent.writeStdin("web", "cat", new byte[3]))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(
                        "write to stdin of process cat of container web: the agent took 0 of 3"
                                + " bytes");
    }

    @Test
    void readsToTheEndOfTheStreams() throws Exception {
        byte[] data = "some output".getBytes(StandardCharsets.UTF_8);
        BlockingQueue<byte[]> output = new LinkedBlockingQueue<>(List.of(data, new byte[0]));
        fake.on(
                AgentServiceGrpc.getReadStdoutMethod(),
                request -> {
                    assertThat(request.getLen()).isEqualTo(4096);
                    return ReadStreamResponse.newBuilder()
                            .setData(ByteString.copyFrom(output.take()))
                            .build();
                });
        // As stock agents tell the end.
        fake.refuse(
                AgentServiceGrpc.getReadStderrMethod(),
                Status.INVALID_ARGUMENT.withDescription("read meet eof"));
        assertThat(agent.readStdout("web", "web", 4096)).isEqualTo(data);
        assertThat(agent.readStdout("web", "web", 4096)).isEmpty();
        assertThat(agent.readStderr("web", "web", 4096)).isEmpty();
        fake.refuse(
                AgentServiceGrpc.getReadStderrMethod(),
                Status.NOT_FOUND.withDescription("no process web"));
        assertThatThrownBy(() -> agent.readStderr("web", "web", 4096))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("read stderr of process web of container web: no process web");
    }

    @Test
    void tellsTheGuestOfItsSandbox() throws Exception {
        CompletableFuture<CreateSandboxRequest> told = new CompletableFuture<>();
        fake.on(
                AgentServiceGrpc.getCreateSandboxMethod(),
                request -> {
                    told.complete(request);
                    return Empty.getDefaultInstance();
                });
        agent.createSandbox(new GuestSandbox("blue", "host", List.of("10.0.2.3"), true));
        assertThat(told.get())
                .isEqualTo(
                        CreateSandboxRequest.newBuilder()
                                .setSandboxId("blue")
                                .setHostname("host")
                                .addDns("nameserver 10.0.2.3")
                                .setSandboxPidns(true)
                                .addStorages(ContainerRequests.sharedMemory())
                                .build());
    }

    @Test
    void tellsTheGuestOfNameServers() throws Exception {
        CompletableFuture<List<String>> told = new CompletableFuture<>();
        fake.on(
                NetworkGrpc.getSetNameServersMethod(),
                request -> {
                    told.complete(request.getAddressesList());
                    return Empty.getDefaultInstance();
                });
        agent.setNameServers(List.of("10.0.2.3", "fd00::3"));
        assertThat(told.get()).containsExactly("10.0.2.3", "fd00::3");
        fake.refuse(
                NetworkGrpc.getSetNameServersMethod(),
                Status.UNIMPLEMENTED.withDescription("no such method"));
        assertThatThrownBy(() -> agent.setNameServers(List.of()))
                .isInstanceOf(RejectedException.class)
                .hasMessage("set the name servers: the agent cannot: no such method");
    }

    @Test
    void signallingWhatIsDeadIsNoError() {
        fake.refuse(
                AgentServiceGrpc.getSignalProcessMethod(),
                Status.FAILED_PRECONDITION.withDescription("process web has ended"));
        assertThatCode(() -> agent.signalProcess("web", "web", 15)).doesNotThrowAnyException();
        fake.refuse(
                AgentServiceGrpc.getSignalProcessMethod(),
                Status.INTERNAL.withDescription("ESRCH: No such process"));
        assertThatCode(() -> agent.signalProcess("web", null, 15)).doesNotThrowAnyException();
        fake.refuse(
                AgentServiceGrpc.getSignalProcessMethod(),
                Status.NOT_FOUND.withDescription("no container blue"));
        assertThatThrownBy(() -> agent.signalProcess("blue", null, 15))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("send signal 15 to all processes of container blue: no container blue");
    }

    @Test
    void conflictsAreTold() {
        fake.on(AgentServiceGrpc.getResumeContainerMethod(), _ -> Empty.getDefaultInstance());
        assertThatCode(() -> agent.resumeContainer("web")).doesNotThrowAnyException();
        fake.refuse(
                AgentServiceGrpc.getResumeContainerMethod(),
                Status.FAILED_PRECONDITION.withDescription("container web is running"));
        assertThatThrownBy(() -> agent.resumeContainer("web"))
                .isInstanceOf(ConflictException.class)
                .hasMessage("resume container web: container web is running");
    }

    private static Empty await(CountDownLatch latch) throws InterruptedException {
        latch.await();
        return Empty.getDefaultInstance();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
