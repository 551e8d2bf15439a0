package io.sunaba.ttrpc;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/// A way to a peer: two streams, and an action that breaks both.
///
/// @param in what the peer sends; read by one thread at a time
/// @param out what the peer gets; written by one thread at a time, flushed after every frame
/// @param closer ends the connection: a blocked read or write returns or throws; may be called
///   twice
public record TtrpcConnection(InputStream in, OutputStream out, Closeable closer)
        implements Closeable {
    public TtrpcConnection {
        requireNonNull(in, "in is null");
        requireNonNull(out, "out is null");
        requireNonNull(closer, "closer is null");
    }

    /// Uses a connected socket, which must be in blocking mode.
    public static TtrpcConnection of(SocketChannel socket) {
        return new TtrpcConnection(
                Channels.newInputStream(socket), Channels.newOutputStream(socket), socket);
    }

    @Override
    public void close() throws IOException {
        closer.close();
    }
}
