package io.sunaba.agent.kata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.MessageLite;
import io.sunaba.guest.protocol.VersionCheckResponse;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A guest that greets as a good one does and then does what a test wants, byte by byte. It runs on
/// threads of its own kind, as a real one shares none with the host.
final class HostileGuest implements AutoCloseable {
    static final int RESPONSE = 2;

    private static final int UNIMPLEMENTED = 12;
    private static final int PAYLOAD_FIELD = 2 << 3 | 2;

    /// What it does.
    interface Attack {
        /// @param stream of the request that came
        void on(Wire wire, int stream) throws IOException;
    }

    private final ServerSocketChannel server;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Attack greeting;
    private final Attack attack;

    private HostileGuest(Path socket, Attack greeting, Attack attack) throws IOException {
        this.greeting = greeting;
        this.attack = attack;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().name("hostile").start(this::accept);
    }

    /// Greets as a stock agent, and attacks each time that it is asked for something else.
    static HostileGuest at(Path socket, Attack attack) throws IOException {
        return new HostileGuest(socket, HostileGuest::greet, attack);
    }

    /// Attacks as soon as it is greeted.
    static HostileGuest unfriendly(Path socket, Attack attack) throws IOException {
        return new HostileGuest(socket, attack, attack);
    }

    private static void greet(Wire wire, int stream) throws IOException {
        if (stream == 1) {
            wire.refuse(stream, UNIMPLEMENTED);
        } else {
            wire.answer(
                    stream,
                    VersionCheckResponse.newBuilder()
                            .setAgentVersion("1")
                            .setGrpcVersion("1")
                            .build());
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel connection = server.accept();
                connections.add(connection);
                accepted.incrementAndGet();
                Thread.ofPlatform().daemon().name("hostile").start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            Wire wire =
                    new Wire(
                            Channels.newInputStream(connection),
                            Channels.newOutputStream(connection));
            while (true) {
                wire.readRequest(greeting, attack);
            }
        } catch (IOException e) {
            // Somebody hung up.
        } finally {
            connections.remove(connection);
        }
    }

    int accepted() {
        return accepted.get();
    }

    int open() {
        return connections.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }

    /// One connection.
    static final class Wire {
        private final DataInputStream in;
        private final DataOutputStream out;

        Wire(InputStream in, OutputStream out) {
            this.in = new DataInputStream(in);
            this.out = new DataOutputStream(out);
        }

        private void readRequest(Attack greeting, Attack attack) throws IOException {
            int length = in.readInt();
            int stream = in.readInt();
            in.skipNBytes(2);
            byte[] request = in.readNBytes(length);
            boolean greets =
                    stream == 1
                            || new String(request, ISO_8859_1)
                                    .contains("grpc.Health\022\007Version");
            (greets ? greeting : attack).on(this, stream);
        }

        void header(int length, int stream, int type) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream header = new DataOutputStream(bytes);
            header.writeInt(length);
            header.writeInt(stream);
            header.writeByte(type);
            header.writeByte(0);
            write(bytes.toByteArray());
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        void frame(int stream, byte[] payload) throws IOException {
            header(payload.length, stream, RESPONSE);
            write(payload);
        }

        void answer(int stream, MessageLite message) throws IOException {
            answer(stream, message.toByteArray());
        }

        /// A good envelope around anything.
        void answer(int stream, byte[] message) throws IOException {
            frame(stream, message(message));
        }

        static byte[] message(byte[] message) {
            return envelope(PAYLOAD_FIELD, message);
        }

        void refuse(int stream, int code) throws IOException {
            frame(stream, new byte[] {1 << 3 | 2, 2, 1 << 3, (byte) code});
        }

        /// Writes the same bytes until the host hangs up.
        void flood(byte[] bytes) throws IOException {
            while (true) {
                out.write(bytes);
            }
        }

        void hangUp() throws IOException {
            out.close();
        }

        static byte[] envelope(int tag, byte[] message) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(tag);
            for (int left = message.length; ; left >>>= 7) {
                if (left < 0x80) {
                    bytes.write(left);
                    break;
                }
                bytes.write((left & 0x7f) | 0x80);
            }
            bytes.writeBytes(message);
            return bytes.toByteArray();
        }
    }
}
