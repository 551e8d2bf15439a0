package io.sunaba.agent.kata;

import io.sunaba.ttrpc.TtrpcServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A serial port as a VMM shows it: one host at a time on a unix socket, one line of bytes for all
/// of them in the guest, where a host that hangs up is seen as an end of file, unless the next one
/// is there before the guest looks.
final class SerialLine implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Queue<Byte> toGuest = new ArrayDeque<>();
    private byte[] greeting = new byte[0];
    private @Nullable SocketChannel host;
    private boolean hungUp;
    private boolean unplugged;
    private int hosts;

    SerialLine(Path socket) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), 1);
        Thread.ofVirtual().start(this::acceptHosts);
    }

    /// Leaves bytes in the line, as from a host that was there before.
    synchronized void leaveForGuest(byte[] bytes) {
        for (byte value : bytes) {
            toGuest.add(value);
        }
        notifyAll();
    }

    /// Leaves bytes that the next host gets first, as from a session before.
    synchronized void leaveForHost(byte[] bytes) {
        greeting = bytes.clone();
    }

    synchronized int hosts() {
        return hosts;
    }

    synchronized boolean connected() {
        return host != null;
    }

    /// The guest opens the port and serves session after session, once so many hosts were there.
    void bootAfter(int hostsSeen, TtrpcServer agent) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        awaitHosts(hostsSeen);
                        while (server.isOpen()) {
                            serveSession(agent);
                        }
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private synchronized void awaitHosts(int count) throws InterruptedException {
        while (hosts < count) {
            wait();
        }
    }

    private void serveSession(TtrpcServer agent) throws IOException {
        try {
            agent.serve(new GuestInput(), new GuestOutput());
        } catch (ProtocolException e) {
            skipToHangUp();
        }
    }

    private void skipToHangUp() throws IOException {
        int next;
        do {
            next = readForGuest();
        } while (next >= 0);
    }

    private void acceptHosts() {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (server.isOpen()) {
            try (SocketChannel accepted = server.accept()) {
                byte[] first = plug(accepted);
                accepted.write(ByteBuffer.wrap(first));
                while (accepted.read(buffer.clear()) >= 0) {
                    byte[] bytes = new byte[buffer.flip().remaining()];
                    buffer.get(bytes);
                    leaveForGuest(bytes);
                }
            } catch (IOException e) {
                // The host, or the test, went away.
            }
            unplug();
        }
    }

    private synchronized byte[] plug(SocketChannel accepted) {
        host = accepted;
        hungUp = false;
        hosts++;
        notifyAll();
        return greeting;
    }

    private synchronized void unplug() {
        host = null;
        hungUp = true;
        notifyAll();
    }

    private synchronized int readForGuest() throws IOException {
        while (true) {
            Byte next = toGuest.poll();
            if (next != null) {
                return next & 0xff;
            }
            if (unplugged || hungUp) {
                hungUp = false;
                return -1;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    private synchronized void writeToHost(byte[] bytes, int offset, int length) {
        if (host != null) {
            try {
                host.write(ByteBuffer.wrap(bytes, offset, length));
            } catch (IOException e) {
                // As with a real port, the guest does not learn of it here.
            }
        }
    }

    private final class GuestInput extends InputStream {
        @Override
        public int read() throws IOException {
            return readForGuest();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int next = readForGuest();
            if (next < 0) {
                return -1;
            }
            bytes[offset] = (byte) next;
            return 1;
        }
    }

    private final class GuestOutput extends OutputStream {
        @Override
        public void write(int value) {
            writeToHost(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            writeToHost(bytes, offset, length);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        SocketChannel last;
        synchronized (this) {
            unplugged = true;
            last = host;
            notifyAll();
        }
        if (last != null) {
            last.close();
        }
    }
}
