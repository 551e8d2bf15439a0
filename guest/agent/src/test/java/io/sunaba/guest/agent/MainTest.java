package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.HealthCheckResponse;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.ttrpc.TtrpcServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What no good host sends costs the session it came in, and not the agent.
@Timeout(30)
class MainTest {
    /// Of an answer on stream 1.
    private static final String ANSWER = "\0\0\0\1\2\0";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TtrpcServer server =
            new TtrpcServer(
                    Runnable::run,
                    new HealthGrpc.HealthImplBase() {
                        @Override
                        public void check(
                                CheckRequest request,
                                StreamObserver<HealthCheckResponse> observer) {
                            observer.onNext(HealthCheckResponse.getDefaultInstance());
                            observer.onCompleted();
                        }
                    });

    private static byte[] check() {
        byte[] service = "grpc.Health".getBytes(US_ASCII);
        byte[] method = "Check".getBytes(US_ASCII);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(new byte[] {0, 0, 0, (byte) (service.length + method.length + 4)});
        frame.writeBytes(new byte[] {0, 0, 0, 1, 1, 0});
        frame.write(1 << 3 | 2);
        frame.write(service.length);
        frame.writeBytes(service);
        frame.write(2 << 3 | 2);
        frame.write(method.length);
        frame.writeBytes(method);
        return frame.toByteArray();
    }

    private void assertServes() throws Exception {
        out.reset();
        Main.serve(new ByteArrayInputStream(check()), out, server);
        assertThat(out.toString(ISO_8859_1)).contains(ANSWER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00400001 00000001 01 00",
                "ffffffff 00000001 01 00",
                "00000000 00000001 02 00",
                "00000000 00000002 01 00",
                "00000002 00000001 01 00 0a7f",
                "00000100 00000001 01 00 0a",
                "0000",
            })
    void garbageIsOverWithItsSession(String bytes) throws Exception {
        byte[] garbage = HexFormat.of().parseHex(bytes.replace(" ", ""));
        Main.serve(new ByteArrayInputStream(garbage), out, server);
        assertServes();
    }

    @Test
    void whatFollowsGarbageIsSkipped() throws Exception {
        InputStream session =
                new SequenceInputStream(
                        new ByteArrayInputStream(new byte[20]), new ByteArrayInputStream(check()));
        Main.serve(session, out, server);
        assertThat(out.size()).isZero();
        assertServes();
    }

    @Test
    void lackOfMemoryIsOverWithItsSession() throws Exception {
        InputStream session =
                new InputStream() {
                    private int reads;

                    @Override
                    public int read() {
                        throw new AssertionError("read byte by byte");
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) {
                        if (reads++ == 0) {
                            throw new OutOfMemoryError("injected");
                        }
                        return -1;
                    }
                };
        Main.serve(session, out, server);
        assertServes();
    }
}
