package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTest {
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration SLOW = Duration.ofMillis(1500);

    @TempDir private Path directory;

    /// Nothing goes over the connection for longer than one is kept that is idle.
    @Test
    void onlyTheTimeoutOfARequestLimitsIt() throws Exception {
        Path socket = directory.resolve("api.sock");
        try (ServerSocketChannel server = listen(socket);
                ApiClient client = new ApiClient(IDLE)) {
            Thread.ofVirtual().start(() -> answerSlowly(server));
            assertThat(new Api(client, socket, Duration.ofSeconds(60)).ping().version())
                    .isEqualTo("54.0");
        }
    }

    @Test
    void requestEndsWithItsTimeout() throws Exception {
        Path socket = directory.resolve("api.sock");
        try (ServerSocketChannel _ = listen(socket);
                ApiClient client = new ApiClient()) {
            Api api = new Api(client, socket, IDLE);
            assertThatThrownBy(api::ping)
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("does not answer vmm.ping");
        }
    }

    private static ServerSocketChannel listen(Path socket) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket));
    }

    private static void answerSlowly(ServerSocketChannel server) {
        try (SocketChannel channel = server.accept()) {
            channel.read(ByteBuffer.allocate(4096));
            Thread.sleep(SLOW);
            String body = "{\"version\":\"54.0\",\"pid\":1}";
            String answer =
                    "HTTP/1.1 200 \r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(body.length(), body);
            channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
