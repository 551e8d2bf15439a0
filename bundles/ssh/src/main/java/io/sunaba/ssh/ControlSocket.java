package io.sunaba.ssh;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Where the platform's shell listens.
///
/// @param path the socket
/// @param data the data directory of the platform
record ControlSocket(Path path, Path data) {
    ControlSocket {
        requireNonNull(path, "path is null");
        requireNonNull(data, "data is null");
    }

    SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path));
    }
}
