package io.sunaba.vmm;

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

class DescriptorConnectionTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir private Path directory;

    private ServerSocketChannel listen(Path socket) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void exchangesLinesHoweverTheyArrive() throws Exception {
        Path socket = directory.resolve("socket");
        try (ServerSocketChannel server = listen(socket);
                DescriptorConnection connection = DescriptorConnection.open(socket, LONG);
                SocketChannel peer = server.accept()) {
            connection.send("häl", null);
            ByteBuffer received = ByteBuffer.allocate(5);
            while (received.hasRemaining()) {
                assertThat(peer.read(received)).isPositive();
            }
            assertThat(new String(received.array(), StandardCharsets.UTF_8)).isEqualTo("häl\n");
            peer.write(bytes("one\ntwo\nthr"));
            assertThat(connection.receive()).isEqualTo("one");
            assertThat(connection.receive()).isEqualTo("two");
            peer.write(bytes("ee\n"));
            assertThat(connection.receive()).isEqualTo("three");
        }
    }

    @Test
    void tellsThatNobodyIsThereOrAnswers() throws Exception {
        Path socket = directory.resolve("socket");
        assertThatThrownBy(() -> DescriptorConnection.open(socket, LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(socket.toString());
        Path tooLong = directory.resolve("x".repeat(100));
        assertThatThrownBy(() -> DescriptorConnection.open(tooLong, LONG))
                .hasMessageContaining("too long");
        try (ServerSocketChannel server = listen(socket)) {
            try (DescriptorConnection connection =
                    DescriptorConnection.open(socket, Duration.ofMillis(20))) {
                assertThatThrownBy(connection::receive)
                        .hasMessageContaining("does not answer in time");
            }
            server.accept().close();
            try (DescriptorConnection connection = DescriptorConnection.open(socket, LONG)) {
                server.accept().close();
                assertThatThrownBy(connection::receive).hasMessageContaining("is closed");
                assertThatThrownBy(
                                () -> {
                                    for (int line = 0; line < 2; line++) {
                                        connection.send("nobody reads this", null);
                                    }
                                })
                        .isInstanceOf(IOException.class);
            }
        }
    }
}
