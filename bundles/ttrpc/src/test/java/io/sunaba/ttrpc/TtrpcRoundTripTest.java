package io.sunaba.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.AgentServiceGrpc.AgentServiceBlockingStub;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.DestroySandboxRequest;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.PauseContainerRequest;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.StartContainerRequest;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.guest.protocol.WriteStreamRequest;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Generated stubs on one side, a generated service on the other, a unix socket between.
@Timeout(60)
final class TtrpcRoundTripTest {
    private final TestAgent agent = new TestAgent();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final TtrpcServer server = new TtrpcServer(executor, agent);
    private Sockets sockets;
    private TtrpcChannel channel;
    private AgentServiceBlockingStub stub;
    private Future<?> serving;

    @BeforeEach
    void connect() throws IOException {
        sockets = Sockets.open();
        TtrpcConnection far = TtrpcConnection.of(sockets.far());
        serving =
                executor.submit(() -> {
                    server.serve(far.in(), far.out());
                    return null;
                });
        channel = TtrpcChannel.open("agent of box", TtrpcConnection.of(sockets.near()));
        stub = AgentServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void hangUp() throws Exception {
        channel.close();
        serving.get(); // returns normally: a hang-up is no error
        executor.shutdownNow(); // a call that hangs is the failure of its test, not of this
        sockets.close();
    }

    @Test
    void hundredCallersShareAConnection() throws Exception {
        List<Future<Integer>> sizes = new ArrayList<>();
        for (int caller = 0; caller < 100; caller++) {
            int size = caller * 211;
            sizes.add(executor.submit(() -> fetch(size)));
        }
        for (int caller = 0; caller < 100; caller++) {
            assertThat(sizes.get(caller).get()).isEqualTo(caller * 211);
        }
        assertThat(channel.lateReplies()).isZero();
    }

    private int fetch(int size) {
        int total = 0;
        for (int round = 0; round < 10; round++) {
            total += stub.readStdout(read(size)).getData().size();
        }
        return total / 10;
    }

    private static ReadStreamRequest read(int size) {
        return ReadStreamRequest.newBuilder().setLen(size).build();
    }

    @Test
    void frameOfFourMebibytesPassesEitherWayAndOneByteMoreDoesNot() {
        // grpc.AgentService and WriteStdin take 31 bytes of the envelope, two tags and lengths 10.
        int fits = Frame.MAX_LENGTH - 31 - 10;
        assertThat(stub.writeStdin(write(fits)).getLen()).isEqualTo(fits);
        assertThatThrownBy(() -> stub.writeStdin(write(fits + 1)))
                .hasMessage(
                        "RESOURCE_EXHAUSTED: grpc.AgentService/WriteStdin: request of 4194305 bytes"
                                + " is over the limit of 4194304");

        int answerFits = Frame.MAX_LENGTH - 10;
        assertThat(stub.readStdout(read(answerFits)).getData().size()).isEqualTo(answerFits);
        assertThatThrownBy(() -> stub.readStdout(read(answerFits + 1)))
                .hasMessage(
                        "RESOURCE_EXHAUSTED: answer of 4194305 bytes is over the limit of 4194304");
        assertThat(stub.writeStdin(write(1)).getLen()).isEqualTo(1);
    }

    private static WriteStreamRequest write(int size) {
        return WriteStreamRequest.newBuilder().setData(ByteString.copyFrom(new byte[size])).build();
    }

    @Test
    void failuresOfHandlersKeepTheirMeaning() {
        assertThatThrownBy(() ->
                        stub.startContainer(
                                StartContainerRequest.newBuilder().setContainerId("web").build()))
                .hasMessage("NOT_FOUND: no container web");
        assertThatThrownBy(() -> stub.pauseContainer(PauseContainerRequest.getDefaultInstance()))
                .hasMessage("INTERNAL: the freezer is warm");
        assertThatThrownBy(() -> stub.destroySandbox(DestroySandboxRequest.getDefaultInstance()))
                .hasMessage(
                        "UNIMPLEMENTED: Method grpc.AgentService/DestroySandbox is unimplemented");
        assertThatThrownBy(() ->
                        HealthGrpc.newBlockingStub(channel)
                                .check(CheckRequest.getDefaultInstance()))
                .hasMessage("UNIMPLEMENTED: grpc.Health/Check is not known");
    }

    @Test
    void streamingCallIsRefusedByName() {
        var method =
                AgentServiceGrpc.getGetMetricsMethod().toBuilder()
                        .setType(MethodType.SERVER_STREAMING)
                        .build();
        assertThatThrownBy(() -> channel.newCall(method, CallOptions.DEFAULT))
                .hasMessage(
                        "UNIMPLEMENTED: grpc.AgentService/GetMetrics: streaming calls are refused");
    }

    @Test
    void deadlinePassesAndTheLateAnswerHurtsNobody() throws Exception {
        assertThatThrownBy(() ->
                        stub.withDeadlineAfter(50, TimeUnit.MILLISECONDS)
                                .waitProcess(WaitProcessRequest.getDefaultInstance()))
                .hasMessageStartingWith(
                        "DEADLINE_EXCEEDED: grpc.AgentService/WaitProcess: no answer within ");
        StreamObserver<WaitProcessResponse> late = agent.waiting.take();
        late.onNext(WaitProcessResponse.getDefaultInstance());
        late.onCompleted();
        // Answers keep their order on the wire: after this one the late one has been seen.
        assertThat(stub.writeStdin(write(3)).getLen()).isEqualTo(3);
        assertThat(channel.lateReplies()).isEqualTo(1);
        assertThatThrownBy(() -> stub.withDeadlineAfter(-1, TimeUnit.SECONDS).writeStdin(write(1)))
                .hasMessageStartingWith("DEADLINE_EXCEEDED");
    }

    @Test
    void interruptedCallerLeavesTheConnectionToTheOthers() throws Exception {
        AtomicReference<Code> seen = new AtomicReference<>();
        Thread caller =
                Thread.startVirtualThread(() -> {
                    try {
                        stub.waitProcess(WaitProcessRequest.getDefaultInstance());
                    } catch (StatusRuntimeException e) {
                        seen.set(e.getStatus().getCode());
                    }
                });
        agent.waiting.take();
        caller.interrupt();
        caller.join();
        assertThat(seen).hasValue(Code.CANCELLED);

        Thread interruptedBefore =
                Thread.startVirtualThread(() -> {
                    Thread.currentThread().interrupt();
                    try {
                        stub.writeStdin(write(1));
                    } catch (StatusRuntimeException e) {
                        seen.set(e.getStatus().getCode());
                    }
                });
        interruptedBefore.join();
        assertThat(stub.writeStdin(write(2)).getLen()).isEqualTo(2);
        assertThat(channel.ended()).isNotDone();
    }

    @Test
    void lostConnectionFailsEveryCallWithTheReason() throws Exception {
        List<Future<?>> calls = new ArrayList<>();
        for (int caller = 0; caller < 20; caller++) {
            calls.add(
                    executor.submit(
                            () -> stub.waitProcess(WaitProcessRequest.getDefaultInstance())));
        }
        for (int caller = 0; caller < 20; caller++) {
            agent.waiting.take();
        }
        sockets.far().close();
        for (Future<?> call : calls) {
            assertThatThrownBy(call::get)
                    .cause()
                    .hasMessageStartingWith("UNAVAILABLE: agent of box: ");
        }
        assertThatThrownBy(() -> channel.ended().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> stub.writeStdin(write(1)))
                .hasMessageStartingWith("UNAVAILABLE: agent of box: ");
        // Its own socket was closed under it: that it notices.
        assertThatThrownBy(serving::get).hasCauseInstanceOf(IOException.class);
        serving = CompletableFuture.completedFuture(null);
    }

    @Test
    void closeIsIdempotentAndTellsTheHandlersOfTheOtherSide() throws Exception {
        Future<?> call =
                executor.submit(() -> stub.waitProcess(WaitProcessRequest.getDefaultInstance()));
        StreamObserver<WaitProcessResponse> waiting = agent.waiting.take();
        CountDownLatch told = new CountDownLatch(1);
        var _ = channel.ended().whenComplete((_, reason) -> told.countDown());
        channel.close();
        channel.close();
        assertThatThrownBy(call::get).cause().hasMessage("UNAVAILABLE: agent of box: closed");
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.ended()).isCompleted();
        assertThat(agent.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        waiting.onNext(WaitProcessResponse.getDefaultInstance());
        waiting.onCompleted();
    }

    @Test
    void hangUpOfThePeerIsNamed() throws Exception {
        sockets.far().shutdownOutput();
        assertThatThrownBy(() -> channel.ended().get())
                .hasCauseInstanceOf(EOFException.class)
                .cause()
                .hasMessage("the peer closed the connection");
    }
}
