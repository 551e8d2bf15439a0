package io.sunaba.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.GetMetricsRequest;
import io.sunaba.guest.protocol.Metrics;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.guest.protocol.WriteStreamRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A server fed with bytes. The handlers run on the reading thread, so that the order is fixed.
@Timeout(60)
final class TtrpcServerTest {
    private final TestAgent agent = new TestAgent();
    private final TtrpcServer server = new TtrpcServer(Runnable::run, agent);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void serve(byte[]... frames) throws IOException {
        server.serve(new ByteArrayInputStream(Frames.join(frames)), out);
    }

    private static byte[] write(int stream, int size) {
        return Frames.request(
                stream,
                "grpc.AgentService",
                "WriteStdin",
                WriteStreamRequest.newBuilder()
                        .setData(ByteString.copyFrom(new byte[size]))
                        .build());
    }

    private static byte[] waitFor(int stream) {
        return Frames.request(
                stream,
                "grpc.AgentService",
                "WaitProcess",
                WaitProcessRequest.getDefaultInstance());
    }

    /// The answers so far as `stream:status:payload length`.
    private List<String> answers() throws IOException {
        InputStream in = new ByteArrayInputStream(out.toByteArray());
        List<String> answers = new ArrayList<>();
        for (Frame frame = Frame.read(in, Frame.RESPONSE);
                frame != null;
                frame = Frame.read(in, Frame.RESPONSE)) {
            Response response = Response.parse(frame.payload);
            answers.add(
                    frame.stream
                            + ":"
                            + response.status.getCode()
                            + ":"
                            + response.payload.available());
        }
        return answers;
    }

    @Test
    void hangUpWithinAFrameIsAnOrdinaryEnd() throws IOException {
        byte[] half = write(5, 100);
        serve(write(1, 3), write(3, 4), Arrays.copyOf(half, half.length - 1));
        assertThat(answers()).containsExactly("1:OK:2", "3:OK:2");
    }

    @ParameterizedTest
    @CsvSource({
        "00400001 00000005 01 00, frame of 4194305 bytes is over the limit of 4194304",
        "00000000 00000005 02 00, frame of type 2 where only 1 may come",
        "00000000 00000005 03 00, frame of type 3 where only 1 may come",
        "00000000 00000006 01 00, request on stream 6: even",
        "00000000 00000003 01 00, request on stream 3 after stream 3",
        "ffffffff ffffffff ff ff, frame of 4294967295 bytes is over the limit of 4194304",
    })
    void badFrameEndsTheSession(String frame, String reason) throws IOException {
        assertThatThrownBy(() -> serve(write(3, 1), Frames.hex(frame), write(7, 1)))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(reason);
        assertThat(answers()).containsExactly("3:OK:2");
    }

    @Test
    void requestThatCannotBeReadIsRefused() throws IOException {
        byte[] badMessage =
                Frames.request(3, "grpc.AgentService", "WriteStdin", Empty.getDefaultInstance());
        byte[] bytes = Frames.join(badMessage, Frames.hex("0a7f"));
        Frame.putHeader(bytes, 3, Frame.REQUEST);
        // The payload of no bytes, which comes last, gets two.
        bytes[badMessage.length - 1] = 2;
        serve(Frames.hex("00000002 00000001 01 00 0a 7f"), bytes, write(5, 1));
        assertThat(answers())
                .containsExactly("1:INVALID_ARGUMENT:0", "3:INVALID_ARGUMENT:0", "5:OK:2");
    }

    @Test
    void sessionThatWasTakenOverUnseenAnswersNoMore() throws Exception {
        try (Sockets line = Sockets.open();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            TtrpcServer concurrent = new TtrpcServer(executor, agent);
            InputStream in = TtrpcConnection.of(line.far()).in();
            Future<?> serving =
                    executor.submit(() -> {
                        concurrent.serve(in, out);
                        return null;
                    });
            line.near().write(ByteBuffer.wrap(waitFor(1)));
            StreamObserver<WaitProcessResponse> old = agent.waiting.take();
            line.near().write(ByteBuffer.wrap(waitFor(1)));
            StreamObserver<WaitProcessResponse> young = agent.waiting.take();
            assertThat(agent.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
            old.onNext(WaitProcessResponse.newBuilder().setStatus(137).build());
            old.onCompleted();
            young.onNext(WaitProcessResponse.getDefaultInstance());
            young.onCompleted();
            line.near().close();
            serving.get();
        }
        assertThat(answers()).containsExactly("1:OK:0");
    }

    @Test
    void handlerThatAnswersAfterTheEndIsNotHeard() throws Exception {
        serve(waitFor(1));
        assertThat(agent.cancelled.getCount()).isZero();
        StreamObserver<WaitProcessResponse> late = agent.waiting.take();
        late.onNext(WaitProcessResponse.getDefaultInstance());
        late.onCompleted();
        serve(write(1, 1));
        assertThat(answers()).containsExactly("1:OK:2");
    }

    @Test
    void methodsAreMadeWhenTheyAreAskedForAndStreamingOnesRefused() throws Exception {
        List<String> asked = new ArrayList<>();
        CountDownLatch called = new CountDownLatch(1);
        ServerCallHandler<GetMetricsRequest, Metrics> handler =
                (call, headers) -> {
                    String trace =
                            headers.get(Metadata.Key.of("trace", Metadata.ASCII_STRING_MARSHALLER));
                    assertThat(trace).isEqualTo("7");
                    called.countDown();
                    throw new RejectedExecutionException();
                };
        TtrpcServer.Methods methods =
                new TtrpcServer.Methods() {
                    @Override
                    public @Nullable ServerMethodDefinition<?, ?> find(String fullName) {
                        asked.add(fullName);
                        var method = AgentServiceGrpc.getGetMetricsMethod();
                        return switch (fullName) {
                            case "s/unary" -> ServerMethodDefinition.create(method, handler);
                            case "s/streaming" ->
                                    ServerMethodDefinition.create(
                                            method.toBuilder()
                                                    .setType(MethodType.SERVER_STREAMING)
                                                    .build(),
                                            handler);
                            default -> null;
                        };
                    }
                };
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("trace", Metadata.ASCII_STRING_MARSHALLER), "7");
        headers.put(
                Metadata.Key.of("raw-bin", Metadata.BINARY_BYTE_MARSHALLER), "x".getBytes(UTF_8));
        byte[] unary = Request.frame("s", "unary", 1_000_000, headers, Payload.EMPTY);
        Frame.putHeader(unary, 1, Frame.REQUEST);
        new TtrpcServer(Runnable::run, methods)
                .serve(
                        new ByteArrayInputStream(
                                Frames.join(
                                        unary,
                                        Frames.request(
                                                3, "s", "streaming", Empty.getDefaultInstance()),
                                        Frames.request(
                                                5, "s", "none", Empty.getDefaultInstance()))),
                        out);
        assertThat(called.getCount()).isZero();
        assertThat(asked).containsExactly("s/unary", "s/streaming", "s/none");
        assertThat(answers())
                .containsExactly("1:INTERNAL:0", "3:UNIMPLEMENTED:0", "5:UNIMPLEMENTED:0");
    }

    @Test
    void methodsThatCannotBeHadAreToldToTheCaller() throws IOException {
        TtrpcServer.Methods failing =
                _ -> {
                    throw new IllegalStateException("no cgroups");
                };
        new TtrpcServer(Runnable::run, failing)
                .serve(new ByteArrayInputStream(Frames.join(write(1, 1), write(3, 1))), out);
        assertThat(answers()).containsExactly("1:INTERNAL:0", "3:INTERNAL:0");
        Frame frame = Frame.read(new ByteArrayInputStream(out.toByteArray()), Frame.RESPONSE);
        assertThat(Response.parse(requireNonNull(frame).payload).status.getDescription())
                .contains("no cgroups");
    }

    @Test
    void executorThatIsShutDownIsToldToTheCaller() throws IOException {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.shutdown();
        new TtrpcServer(executor, agent).serve(new ByteArrayInputStream(write(1, 1)), out);
        assertThat(answers()).containsExactly("1:UNAVAILABLE:0");
        Frame frame = Frame.read(new ByteArrayInputStream(out.toByteArray()), Frame.RESPONSE);
        assertThat(Response.parse(requireNonNull(frame).payload).status.getDescription())
                .isEqualTo("the server is stopping");
    }
}
