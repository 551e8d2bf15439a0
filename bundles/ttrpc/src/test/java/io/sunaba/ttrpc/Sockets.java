package io.sunaba.ttrpc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Two connected unix sockets.
record Sockets(SocketChannel near, SocketChannel far) implements AutoCloseable {
    static Sockets open() throws IOException {
        Path directory = Files.createTempDirectory("ttrpc");
        Path path = directory.resolve("s");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            SocketChannel near = SocketChannel.open(address);
            return new Sockets(near, server.accept());
        } finally {
            Files.deleteIfExists(path);
            Files.delete(directory);
        }
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
    }
}
