package io.sunaba.tck.agent;

import io.sunaba.hypervisor.AgentEndpoint;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A socket that passes bytes to an agent and back, until it is cut.
final class Relay implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final Path directory;
    private final Path target;
    private final ServerSocketChannel server;
    private final List<SocketChannel> ends = new ArrayList<>();

    Relay(AgentEndpoint endpoint) throws IOException {
        target =
                switch (endpoint) {
                    case AgentEndpoint.SerialPort serial -> serial.socket();
                    case AgentEndpoint.HybridVsock vsock -> vsock.socket();
                    case AgentEndpoint.UnixSocket unix -> unix.socket();
                };
        directory = Files.createTempDirectory("relay");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket()));
        Thread.startVirtualThread(this::serve);
    }

    Path socket() {
        return directory.resolve("s");
    }

    private void serve() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                SocketChannel agent = SocketChannel.open(StandardProtocolFamily.UNIX);
                synchronized (ends) {
                    ends.add(client);
                    ends.add(agent);
                }
                agent.connect(UnixDomainSocketAddress.of(target));
                Thread.startVirtualThread(() -> pass(client, agent));
                Thread.startVirtualThread(() -> pass(agent, client));
            }
        } catch (IOException _) {
            // cut
        }
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (from;
                to) {
            while (from.read(chunk) >= 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    to.write(chunk);
                }
                chunk.clear();
            }
        } catch (IOException _) {
            // cut
        }
    }

    /// Cuts all connections, and lets nobody in any more.
    void cut() throws IOException {
        server.close();
        synchronized (ends) {
            for (SocketChannel end : ends) {
                end.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        cut();
        Files.deleteIfExists(socket());
        Files.delete(directory);
    }
}
