package io.sunaba.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixConnectionTest {
    @TempDir Path directory;
    private ServerSocketChannel server;
    private UnixConnection connection;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws Exception {
        Path socket = directory.resolve("socket");
        server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(socket));
        connection = new UnixConnection(socket);
        connection.connect();
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        connection.close();
        peer.close();
        server.close();
    }

    private CompletableFuture<byte[]> readAhead(int bytes) {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        read.complete(connection.input().readNBytes(bytes));
                    } catch (IOException e) {
                        read.completeExceptionally(e);
                    }
                });
        return read;
    }

    private byte[] receive(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && peer.read(buffer) >= 0) {
            // more
        }
        return buffer.array();
    }

    @Test
    void sendsWhileItReads() throws Exception {
        CompletableFuture<byte[]> read = readAhead(2);
        connection.send(new byte[] {1, 2});
        connection.send(new byte[] {3});
        assertThat(receive(3)).containsExactly(1, 2, 3);
        peer.write(ByteBuffer.wrap(new byte[] {4, (byte) 255}));
        assertThat(read.get(10, TimeUnit.SECONDS)).containsExactly(4, 255);
    }

    @Test
    void interruptedSenderHarmsNobody() throws Exception {
        Thread.currentThread().interrupt();
        connection.send(new byte[] {1});
        assertThat(Thread.interrupted()).isTrue();
        connection.send(new byte[] {2});
        assertThat(receive(2)).containsExactly(1, 2);
    }

    @Test
    void closingEndsTheReader() throws Exception {
        CompletableFuture<byte[]> read = readAhead(1);
        connection.close();
        assertThat(read.handle((_, failure) -> failure).get(10, TimeUnit.SECONDS))
                .isInstanceOf(IOException.class);
        connection.send(new byte[] {1});
    }
}
