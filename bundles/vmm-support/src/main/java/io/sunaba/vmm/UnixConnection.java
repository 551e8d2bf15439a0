package io.sunaba.vmm;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/// A stream connection to a unix socket. One thread reads; any may send.
///
/// An interrupt closes the channel that a thread is busy with. So sending is left to a thread of
/// the connection's own, and an interrupted sender harms nobody else.
public final class UnixConnection implements AutoCloseable {
    private final Path socket;
    private final SocketChannel channel;
    private final ExecutorService sender =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("sender").factory());

    /// Prepares a connection.
    public UnixConnection(Path socket) throws IOException {
        this.socket = socket;
        this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    /// Connects.
    ///
    /// @throws IOException if nobody listens, or [#close] was called meanwhile
    public void connect() throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    /// Returns the bytes that come in. Ends, with an error or without, when the connection does.
    public InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return channel.read(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    /// Sends bytes, some time soon, in the order of the calls. If that fails the connection closes.
    public void send(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            sender.execute(() -> write(buffer));
        } catch (RejectedExecutionException _) {
            // closed: whoever reads knows
        }
    }

    private void write(ByteBuffer buffer) {
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException _) {
            close();
        }
    }

    @Override
    public void close() {
        sender.shutdown();
        try {
            channel.close();
        } catch (IOException _) {
            // nothing left to close
        }
    }
}
