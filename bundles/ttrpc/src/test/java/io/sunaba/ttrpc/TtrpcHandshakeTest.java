package io.sunaba.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.OpenRequest;
import io.sunaba.guest.protocol.OpenResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.WriteStreamRequest;
import io.sunaba.ttrpc.TtrpcHandshake.Greeting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TtrpcHandshakeTest {
    private static final byte[] NONCE = Frames.hex("000102030405060708090a0b0c0d0e0f");
    private static final byte[] OLD_NONCE = Frames.hex("ff0102030405060708090a0b0c0d0e0f");
    private static final Greeting GREETING = new Greeting("1.0.0", "abcdef", "2.0");

    private static byte[] answer(byte[] nonce) throws IOException {
        return Frames.response(
                1,
                OpenResponse.newBuilder()
                        .setNonce(ByteString.copyFrom(nonce))
                        .setAgentVersion("1.0.0")
                        .setBuildHash("abcdef")
                        .setProtocolVersion("2.0")
                        .build());
    }

    private static Optional<Greeting> open(byte[]... line) throws IOException {
        return TtrpcHandshake.open(
                new TtrpcConnection(
                        new ByteArrayInputStream(Frames.join(line)),
                        new ByteArrayOutputStream(),
                        () -> {}),
                NONCE,
                Duration.ofSeconds(30));
    }

    private static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    @Test
    void answerIsFoundBehindWhatAFormerSessionLeft() throws IOException {
        byte[] stale = answer(OLD_NONCE);
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        // Half a frame whose header promises more than will ever come, of any size.
        byte[] half = cut(Frames.response(1, message(3000)), 40);
        byte[] halfHuge = cut(Frames.response(7, message(4_000_000)), 1_000_000);
        assertThat(open(answer(NONCE))).contains(GREETING);
        assertThat(open(garbage, answer(NONCE))).contains(GREETING);
        assertThat(open(stale, stale, answer(NONCE))).contains(GREETING);
        assertThat(open(half, answer(NONCE))).contains(GREETING);
        assertThat(open(halfHuge, stale, half, answer(NONCE))).contains(GREETING);
        for (int length = 0; length < stale.length; length++) {
            assertThat(open(cut(stale, length), answer(NONCE))).contains(GREETING);
        }
    }

    @Test
    void answerMayComeInAnyPieces() throws IOException {
        byte[] line = Frames.join(cut(answer(OLD_NONCE), 30), answer(NONCE));
        for (int first = 0; first < line.length; first++) {
            for (int second = first; second < line.length; second++) {
                AnswerScanner scanner = new AnswerScanner(NONCE);
                byte[] rest = Arrays.copyOfRange(line, second, line.length);
                assertThat(scanner.feed(line, first)).isNull();
                assertThat(scanner.feed(Arrays.copyOfRange(line, first, second), second - first))
                        .isNull();
                assertThat(scanner.feed(rest, rest.length)).contains(GREETING);
                assertThat(scanner.skipped()).isEqualTo(30);
                assertThat(scanner.surplus()).isZero();
            }
        }
    }

    @Test
    void refusalIsBelievedOnlyAsTheFirstThingThatComes() throws IOException {
        byte[] refusal = Response.frame(1, Status.UNIMPLEMENTED.withDescription("sunaba.Session"));
        assertThat(open(refusal)).isEmpty();
        assertThatThrownBy(() -> open(new byte[3], refusal))
                .isInstanceOf(EOFException.class)
                .hasMessage("the peer hung up before it answered the handshake");
    }

    @Test
    void nothingMayComeBehindTheAnswer() {
        assertThatThrownBy(() -> open(answer(NONCE), new byte[3]))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("3 bytes came behind the answer to the handshake");
    }

    @Test
    void silenceEndsWithTheTimeout() throws IOException {
        try (Sockets sockets = Sockets.open()) {
            sockets.far().write(ByteBuffer.wrap(new byte[100]));
            AtomicBoolean closed = new AtomicBoolean();
            TtrpcConnection socket = TtrpcConnection.of(sockets.near());
            TtrpcConnection connection =
                    new TtrpcConnection(
                            socket.in(),
                            socket.out(),
                            () -> {
                                closed.set(true);
                                socket.close();
                            });
            assertThatThrownBy(() -> TtrpcHandshake.open(connection, NONCE, Duration.ofMillis(50)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageStartingWith("no answer to the handshake within 50 ms, ");
            assertThat(closed).isTrue();
        }
    }

    @Test
    void channelGoesOnWhereTheHandshakeEnded() throws Exception {
        SessionGrpc.SessionImplBase session =
                new SessionGrpc.SessionImplBase() {
                    @Override
                    public void open(OpenRequest request, StreamObserver<OpenResponse> observer) {
                        observer.onNext(
                                OpenResponse.newBuilder()
                                        .setNonce(request.getNonce())
                                        .setAgentVersion("1.0.0")
                                        .setBuildHash("abcdef")
                                        .setProtocolVersion("2.0")
                                        .build());
                        observer.onCompleted();
                    }
                };
        try (Sockets sockets = Sockets.open();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            TtrpcServer server = new TtrpcServer(executor, session, new TestAgent());
            TtrpcConnection far = TtrpcConnection.of(sockets.far());
            TtrpcConnection near = TtrpcConnection.of(sockets.near());
            far.out().write(cut(answer(OLD_NONCE), 20));
            var serving =
                    executor.submit(() -> {
                        server.serve(far.in(), far.out());
                        return null;
                    });
            // The host reconnects twice on the same line, and nobody tells the agent.
            for (int round = 0; round < 2; round++) {
                assertThat(TtrpcHandshake.open(near, Duration.ofSeconds(30))).contains(GREETING);
            }
            try (TtrpcChannel channel = TtrpcChannel.open("agent", near)) {
                var stub = AgentServiceGrpc.newBlockingStub(channel);
                for (int round = 0; round < 3; round++) {
                    assertThat(stub.writeStdin(WriteStreamRequest.getDefaultInstance()).getLen())
                            .isZero();
                }
            }
            serving.get();
        }
    }

    @Test
    void shortNonceIsAnError() {
        assertThatThrownBy(() ->
                        TtrpcHandshake.open(
                                new TtrpcConnection(
                                        new ByteArrayInputStream(new byte[0]),
                                        new ByteArrayOutputStream(),
                                        () -> {}),
                                new byte[4],
                                Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nonce of 4 bytes, not 16");
    }

    private static WriteStreamRequest message(int size) {
        return WriteStreamRequest.newBuilder().setData(ByteString.copyFrom(new byte[size])).build();
    }

    /// A line that never runs dry, so that nobody who reads it ever waits.
    private static TtrpcConnection flood() {
        InputStream in =
                new InputStream() {
                    @Override
                    public int read() {
                        return 0;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) {
                        Arrays.fill(target, offset, offset + length, (byte) 0);
                        return length;
                    }
                };
        return new TtrpcConnection(in, new ByteArrayOutputStream(), () -> {});
    }

    @Test
    void floodInsteadOfTheAnswerIsGivenUp() {
        assertThatThrownBy(() -> TtrpcHandshake.open(flood(), NONCE, Duration.ofSeconds(50)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageMatching("no answer to the handshake among 167\\d{5} bytes");
    }

    /// More of them than there are processors for virtual threads.
    @Test
    void floodsLeaveProcessorsToOthers() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        int floods = 2 * Runtime.getRuntime().availableProcessors();
        CountDownLatch flowing = new CountDownLatch(floods / 2);
        for (int i = 0; i < floods; i++) {
            Thread.startVirtualThread(() -> {
                flowing.countDown();
                while (!over.get()) {
                    try {
                        TtrpcHandshake.open(flood(), NONCE, Duration.ofSeconds(50));
                    } catch (IOException e) {
                        // Given up, as it should be.
                    }
                }
            });
        }
        flowing.await();
        try {
            CountDownLatch other = new CountDownLatch(1);
            Thread.startVirtualThread(other::countDown);
            assertThat(other.await(5, TimeUnit.SECONDS)).as("others run").isTrue();
        } finally {
            over.set(true);
        }
    }
}
