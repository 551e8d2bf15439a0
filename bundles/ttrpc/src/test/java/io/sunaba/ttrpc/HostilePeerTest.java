package io.sunaba.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import io.grpc.Status;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.AgentServiceGrpc.AgentServiceBlockingStub;
import io.sunaba.guest.protocol.GetMetricsRequest;
import io.sunaba.guest.protocol.Metrics;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A client whose peer sends what no good agent would.
@Timeout(60)
final class HostilePeerTest {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private Sockets sockets;
    private TtrpcConnection peer;
    private TtrpcChannel channel;
    private AgentServiceBlockingStub stub;

    @BeforeEach
    void connect() throws IOException {
        sockets = Sockets.open();
        peer = TtrpcConnection.of(sockets.far());
        channel = TtrpcChannel.open("agent of box", TtrpcConnection.of(sockets.near()));
        stub = AgentServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void hangUp() throws IOException {
        channel.close();
        executor.shutdownNow(); // a call that hangs is the failure of its test, not of this
        sockets.close();
    }

    private Future<Metrics> ask() throws IOException {
        Future<Metrics> call =
                executor.submit(() -> stub.getMetrics(GetMetricsRequest.getDefaultInstance()));
        assertThat(Frame.read(peer.in(), Frame.REQUEST)).isNotNull();
        return call;
    }

    private void send(byte[] bytes) throws IOException {
        peer.out().write(bytes);
        peer.out().flush();
    }

    @ParameterizedTest
    @CsvSource({
        "00400001 00000003 02 00, frame of 4194305 bytes is over the limit of 4194304",
        "ffffffff 00000003 02 00, frame of 4294967295 bytes is over the limit of 4194304",
        "00000000 00000003 01 00, frame of type 1 where only 2 may come",
        "00000000 00000003 ff 00, frame of type 255 where only 2 may come",
        "00000000 00000005 02 00, 'answer on stream 5, which has had no request'",
        "00000000 00000001 02 00, 'answer on stream 1, which has had no request'",
        "00000000 00000002 02 00, 'answer on stream 2, which has had no request'",
        "00000000 fffffffd 02 00, 'answer on stream 4294967293, which has had no request'",
    })
    void badFrameEndsTheConnection(String frame, String reason) throws IOException {
        Future<Metrics> call = ask();
        send(Frames.hex(frame));
        assertThatThrownBy(call::get).cause().hasMessage("UNAVAILABLE: agent of box: " + reason);
        assertThatThrownBy(() -> channel.ended().get()).cause().hasMessage(reason);
        assertThat(sockets.near().isOpen()).isFalse();
    }

    @Test
    void envelopeThatIsGarbageEndsTheConnection() throws IOException {
        Future<Metrics> call = ask();
        send(Frames.hex("00000003 00000003 02 00 12 7f 00"));
        assertThatThrownBy(call::get)
                .cause()
                .hasMessageStartingWith(
                        "UNAVAILABLE: agent of box: answer on stream 3 is garbage: ");
    }

    @Test
    void messageThatIsGarbageFailsItsCallOnly() throws Exception {
        Future<Metrics> call = ask();
        send(Frames.hex("00000004 00000003 02 00 12 02 0a 7f"));
        assertThatThrownBy(call::get)
                .cause()
                .hasMessage("INTERNAL: grpc.AgentService/GetMetrics: garbage as the answer");
        Future<Metrics> next = ask();
        send(Frames.response(5, Metrics.newBuilder().setMetrics("fine").build()));
        assertThat(next.get().getMetrics()).isEqualTo("fine");
    }

    @Test
    void answerInHalfAndEndOfConnection() throws IOException {
        Future<Metrics> call = ask();
        byte[] frame = Frames.response(3, Metrics.newBuilder().setMetrics("half").build());
        peer.out().write(frame, 0, frame.length - 2);
        sockets.far().close();
        assertThatThrownBy(call::get)
                .cause()
                .hasMessage("UNAVAILABLE: agent of box: ended after 6 of a frame's 8 bytes");
    }

    @Test
    void unknownFieldsAndStatusCodesAreTaken() throws Exception {
        Future<Metrics> call = ask();
        // Field 15 of the envelope is nobody's; status 99 is none of gRPC's.
        send(Frames.hex("0000000a 00000003 02 00 7a 02 0102 0a 04 0863 1200"));
        assertThatThrownBy(call::get).cause().hasMessage("UNKNOWN: Unknown code 99");
        Future<Metrics> next = ask();
        send(Response.frame(5, Status.ABORTED.withDescription("x".repeat(100_000))));
        assertThatThrownBy(next::get).cause().hasMessage("ABORTED: " + "x".repeat(16 << 10));
    }

    @Test
    void moreAnswersThanRequestsEndTheConnection() throws Exception {
        Future<Metrics> call = ask();
        byte[] answer = Frames.response(3, Empty.getDefaultInstance());
        send(Frames.join(answer, answer));
        assertThat(call.get()).isEqualTo(Metrics.getDefaultInstance());
        assertThatThrownBy(() -> channel.ended().get())
                .cause()
                .hasMessage("second answer on stream 3");
        assertThat(channel.lateReplies()).isZero();
    }

    @Test
    void answerOverTheLimitOfItsCallFailsThatCallOnly() throws Exception {
        stub = stub.withMaxInboundMessageSize(100);
        Future<Metrics> call = ask();
        byte[] huge = Frames.response(3, metrics(Frame.MAX_LENGTH - 100));
        send(huge);
        assertThatThrownBy(call::get)
                .cause()
                .hasMessage(
                        "RESOURCE_EXHAUSTED: answer of %d bytes is over the limit of 100"
                                .formatted(huge.length - Frame.HEADER_LENGTH));
        Future<Metrics> next = ask();
        send(Frames.response(5, metrics(90)));
        assertThat(next.get()).isEqualTo(metrics(90));
    }

    private static Metrics metrics(int length) {
        return Metrics.newBuilder().setMetrics("m".repeat(length)).build();
    }
}
