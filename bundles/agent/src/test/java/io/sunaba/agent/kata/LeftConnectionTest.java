package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.sunaba.agent.Agent;
import io.sunaba.agent.StreamPosition;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.OOMEvent;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.guest.protocol.WriteStreamResponse;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.ttrpc.left.LeftChannels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A connection whose user leaves, and the next one.
@Timeout(60)
class LeftConnectionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST = 1000;

    @TempDir Path directory;

    private final FakeAgent fake = FakeAgent.own();
    private final AtomicInteger asked = new AtomicInteger();
    private final BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
    private LeftChannels channels = new LeftChannels();
    private KataAgentDriver driver = driver();
    private GuestEnd guest;

    /// A call on a thread that can be interrupted.
    private record Waiting<T>(Thread thread, CompletableFuture<T> result) {
        static <T> Waiting<T> on(Callable<T> call) {
            CompletableFuture<T> result = new CompletableFuture<>();
            return new Waiting<>(
                    Thread.startVirtualThread(() -> {
                        try {
                            result.complete(call.call());
                        } catch (Throwable e) {
                            result.completeExceptionally(e);
                        }
                    }),
                    result);
        }

        T get() throws Exception {
            return result.get(10, TimeUnit.SECONDS);
        }

        void interrupt() {
            thread.interrupt();
            assertThatThrownBy(this::get).hasCauseInstanceOf(InterruptedException.class);
        }

        void expectLeft() {
            assertThatThrownBy(this::get).hasCauseInstanceOf(UnavailableException.class);
        }
    }

    private KataAgentDriver driver() {
        return new KataAgentDriver(channels, new KataAgentConfig(PATIENCE));
    }

    @BeforeEach
    void start() throws Exception {
        guest = GuestEnd.plain(socket(), fake.server());
        fake.on(
                AgentServiceGrpc.getWaitProcessMethod(),
                _ -> {
                    asked.incrementAndGet();
                    return WaitProcessResponse.newBuilder().setStatus(codes.take()).build();
                });
    }

    @AfterEach
    void stop() throws Exception {
        driver.deactivate();
        channels.deactivate();
        guest.close();
    }

    private Path socket() {
        return directory.resolve("agent.sock");
    }

    private Agent connect() throws InterruptedException {
        return driver.connect(new AgentEndpoint.UnixSocket(socket()), PATIENCE);
    }

    private Waiting<Integer> wait(Agent agent) {
        int before = asked.get();
        Waiting<Integer> waiting = Waiting.on(() -> agent.waitProcess("web", "web"));
        Wait.until("the guest is asked", () -> asked.get() > before);
        return waiting;
    }

    private Waiting<byte[]> read(Agent agent, StreamPosition at) {
        int before = asked.get();
        Waiting<byte[]> reading = Waiting.on(() -> agent.readStdout("web", "web", MOST, at));
        Wait.until("the guest is asked", () -> asked.get() > before);
        return reading;
    }

    /// What the guest answers to reads.
    private BlockingQueue<ByteString> output() {
        BlockingQueue<ByteString> output = new LinkedBlockingQueue<>();
        fake.on(
                AgentServiceGrpc.getReadStdoutMethod(),
                _ -> {
                    asked.incrementAndGet();
                    return ReadStreamResponse.newBuilder().setData(output.take()).build();
                });
        return output;
    }

    @Test
    void whatWaitsGoesOnForTheNextUser() throws Exception {
        Agent before = connect();
        Waiting<Integer> left = wait(before);
        before.leave();
        left.expectLeft();
        Agent next = connect();
        Waiting<Integer> waiting = Waiting.on(() -> next.waitProcess("web", "web"));
        codes.add(3);
        assertThat(waiting.get()).isEqualTo(3);
        assertThat(asked).hasValue(1);
        assertThat(guest.accepted()).isEqualTo(1);
        assertThat(next.guestDetails()).isEqualTo(before.guestDetails());
    }

    @Test
    void anAnswerThatCameInBetweenIsThereOnce() throws Exception {
        BlockingQueue<OOMEvent> events = new LinkedBlockingQueue<>();
        fake.on(AgentServiceGrpc.getGetOOMEventMethod(), _ -> events.take());
        Agent before = connect();
        Waiting<OomEvent> left = Waiting.on(before::awaitOomEvent);
        before.check();
        before.leave();
        left.expectLeft();
        events.add(OOMEvent.newBuilder().setContainerId("one").build());
        Wait.until("it was answered", events::isEmpty);
        Agent next = connect();
        assertThat(next.awaitOomEvent()).isEqualTo(new OomEvent("one"));
        events.add(OOMEvent.newBuilder().setContainerId("two").build());
        assertThat(next.awaitOomEvent()).isEqualTo(new OomEvent("two"));
    }

    @Test
    void tellsWhereAReaderWasAndReadsOnThere() throws Exception {
        BlockingQueue<ByteString> output = output();
        StreamPosition at = new StreamPosition(7, 100);
        Agent before = connect();
        Waiting<byte[]> left = read(before, at);
        assertThat(before.stdoutPosition("web", "web")).isEmpty();
        before.leave();
        left.expectLeft();
        Agent next = connect();
        assertThat(next.stdoutPosition("web", "other")).isEmpty();
        assertThat(next.stderrPosition("web", "web")).isEmpty();
        assertThat(next.stdoutPosition("web", "web")).contains(at);
        output.add(ByteString.copyFromUtf8("more"));
        assertThat(next.readStdout("web", "web", MOST, at)).asString().isEqualTo("more");
        assertThat(asked).hasValue(1);
        assertThat(next.stdoutPosition("web", "web")).isEmpty();
    }

    @Test
    void whatAWaitingReadHasToldIsNotToldAgain() throws Exception {
        BlockingQueue<ByteString> output = output();
        StreamPosition at = new StreamPosition(7, 100);
        Agent agent = connect();
        Waiting<byte[]> reading = read(agent, at);
        agent.confirmStdout("web", "web", at);
        assertThat(asked).hasValue(1);
        output.add(ByteString.copyFromUtf8("more"));
        assertThat(reading.get()).asString().isEqualTo("more");
        output.addAll(List.of(ByteString.EMPTY, ByteString.EMPTY));
        agent.confirmStdout("web", "web", at.plus(4));
        agent.confirmStdout("web", "other", at);
        assertThat(asked).hasValue(3);
    }

    @Test
    void aNameThatIsGivenAnewHasNoAnswerOfBefore() throws Exception {
        fake.on(AgentServiceGrpc.getExecProcessMethod(), _ -> Empty.getDefaultInstance());
        fake.on(AgentServiceGrpc.getRemoveContainerMethod(), _ -> Empty.getDefaultInstance());
        for (int round = 1; round <= 2; round++) {
            Agent before = connect();
            Waiting<Integer> left = wait(before);
            before.leave();
            left.expectLeft();
            Agent next = connect();
            if (round == 1) {
                next.execProcess("web", "web", new ProcessConfig(List.of("true")));
            } else {
                next.removeContainer("web");
            }
            Waiting<Integer> waiting = wait(next);
            codes.addAll(List.of(8, 8));
            assertThat(waiting.get()).isEqualTo(8);
            Wait.until("both are answered", codes::isEmpty);
            next.close();
            Wait.until("the socket is closed", () -> guest.open() == 0);
        }
    }

    @Test
    void whatNobodyAskedAgainIsForgottenWhenTheNextUserLeaves() throws Exception {
        BlockingQueue<ByteString> output = output();
        StreamPosition at = new StreamPosition(7, 100);
        Agent first = connect();
        Waiting<byte[]> left = read(first, at);
        first.leave();
        left.expectLeft();
        connect().leave();
        Agent third = connect();
        assertThat(third.stdoutPosition("web", "web")).isEmpty();
        output.add(ByteString.copyFromUtf8("to nobody"));
        output.add(ByteString.copyFromUtf8("more"));
        assertThat(third.readStdout("web", "web", MOST, at)).asString().isEqualTo("more");
    }

    @Test
    void whatFailedBeforeIsAskedAnew() throws Exception {
        CompletableFuture<Void> failing = new CompletableFuture<>();
        fake.on(
                AgentServiceGrpc.getWaitProcessMethod(),
                _ -> {
                    if (asked.incrementAndGet() == 1) {
                        failing.join();
                        throw Status.NOT_FOUND.asException();
                    }
                    return WaitProcessResponse.newBuilder().setStatus(6).build();
                });
        Agent before = connect();
        Waiting<Integer> left = wait(before);
        before.leave();
        left.expectLeft();
        failing.complete(null);
        Agent next = connect();
        next.check();
        assertThat(Waiting.on(() -> waitTwice(next)).get()).isEqualTo(6);
    }

    /// The first time the failure may still be on its way.
    private static int waitTwice(Agent agent) throws InterruptedException {
        try {
            return agent.waitProcess("web", "web");
        } catch (NotFoundException _) {
            return agent.waitProcess("web", "web");
        }
    }

    @Test
    void whoGivesUpWithoutLeavingLeavesNothingBehind() throws Exception {
        Agent agent = connect();
        wait(agent).interrupt();
        Waiting<Integer> again = wait(agent);
        assertThat(asked).hasValue(2);
        codes.addAll(List.of(4, 4));
        assertThat(again.get()).isEqualTo(4);
    }

    @Test
    void whoAskTheSameAtOnceHaveAnswersOfTheirOwn() throws Exception {
        Agent agent = connect();
        Waiting<Integer> first = wait(agent);
        Waiting<Integer> second = wait(agent);
        first.interrupt();
        codes.addAll(List.of(5, 5));
        assertThat(second.get()).isEqualTo(5);
    }

    @Test
    void whoLeftHearsNothingAndTheNextOneHearsOfTheEnd() throws Exception {
        Agent before = connect();
        CompletableFuture<String> told = before.lost().toCompletableFuture();
        before.leave();
        before.close();
        assertThatThrownBy(before::check).isInstanceOf(UnavailableException.class);
        Agent next = connect();
        assertThat(next.check()).isPositive();
        guest.hangUp();
        assertThat(next.lost().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isEqualTo("the peer closed the connection");
        assertThat(told).isNotDone();
        assertThat(connect().check()).isPositive();
    }

    @Test
    void oneThatEndsMeanwhileIsNotGivenOut() throws Exception {
        connect().leave();
        guest.hangUp();
        Wait.until("the socket is closed", () -> guest.open() == 0);
        assertThat(connect().check()).isPositive();
        assertThat(guest.accepted()).isEqualTo(2);
    }

    @Test
    void oneForAnotherCopyOfTheProtocolIsClosed() throws Exception {
        connect().leave();
        ServiceDescriptor other = ServiceDescriptor.newBuilder("AgentService").build();
        assertThat(channels.takeOver(new AgentEndpoint.UnixSocket(socket()), other)).isEmpty();
        Wait.until("the socket is closed", () -> guest.open() == 0);
        assertThat(connect().check()).isPositive();
    }

    @Test
    void aPluginThatWasStoppedTakesNothingOver() throws Exception {
        connect().leave();
        driver.deactivate();
        assertThatThrownBy(this::connect).isInstanceOf(UnavailableException.class);
        driver = driver();
        assertThat(connect().check()).isPositive();
        assertThat(guest.accepted()).isEqualTo(1);
    }

    @Test
    void oneForWhichNobodyComesIsClosed() throws Exception {
        channels = new LeftChannels(Duration.ofMillis(20));
        driver = driver();
        connect().leave();
        Wait.until("the socket is closed", () -> guest.open() == 0);
    }

    @Test
    void thePluginThatComesInTheOnesPlaceGoesOn() throws Exception {
        Agent before = connect();
        Waiting<Integer> left = wait(before);
        before.leave();
        left.expectLeft();
        driver.deactivate();
        driver = driver();
        Agent next = connect();
        Waiting<Integer> waiting = Waiting.on(() -> next.waitProcess("web", "web"));
        codes.add(3);
        assertThat(waiting.get()).isEqualTo(3);
        assertThat(asked).hasValue(1);
        assertThat(guest.accepted()).isEqualTo(1);
        assertThat(next.guestDetails()).isEqualTo(before.guestDetails());
        guest.hangUp();
        assertThat(next.lost().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isEqualTo("the peer closed the connection");
    }

    @Test
    void anAnswerThatWasTakenIsNotGivenAgain() throws Exception {
        Agent before = connect();
        Waiting<Integer> taking = wait(before);
        codes.add(3);
        assertThat(taking.get()).isEqualTo(3);
        before.leave();
        Agent next = connect();
        Waiting<Integer> waiting = wait(next);
        codes.add(4);
        assertThat(waiting.get()).isEqualTo(4);
    }

    @Test
    void whatIsNoWaitEndsWhenItsUserLeaves() throws Exception {
        CompletableFuture<Void> answering = new CompletableFuture<>();
        fake.on(
                AgentServiceGrpc.getWriteStdinMethod(),
                _ -> {
                    asked.incrementAndGet();
                    answering.join();
                    return WriteStreamResponse.newBuilder().setLen(1).build();
                });
        Agent agent = connect();
        Waiting<Void> writing =
                Waiting.on(() -> {
                    agent.writeStdin("web", "web", new byte[] {1});
                    return null;
                });
        Wait.until("the guest is asked", () -> asked.get() == 1);
        agent.leave();
        assertThatThrownBy(writing::get).hasCauseInstanceOf(UnavailableException.class);
        answering.complete(null);
        assertThat(connect().check()).isPositive();
    }

    @Test
    void noneIsKeptWhenNobodyIsThereToKeepIt() throws Exception {
        connect().leave();
        Agent late = connect();
        channels.deactivate();
        late.leave();
        Wait.until("the socket is closed", () -> guest.open() == 0);
    }

    @Test
    void aStockAgentsIsClosed() throws Exception {
        Path socket = directory.resolve("stock.sock");
        try (GuestEnd stock = GuestEnd.plain(socket, FakeAgent.stock().server())) {
            driver.connect(new AgentEndpoint.UnixSocket(socket), PATIENCE).leave();
            Wait.until("the socket is closed", () -> stock.open() == 0);
        }
    }
}
