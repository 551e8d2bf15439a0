package io.sunaba.agent.kata;

import io.sunaba.ttrpc.TtrpcServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// A unix socket that leads to agents, a fresh connection each time.
final class GuestEnd implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private GuestEnd(Path socket) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    /// Serves the agent on every connection.
    static GuestEnd plain(Path socket, TtrpcServer agent) throws IOException {
        GuestEnd end = new GuestEnd(socket);
        end.accept(_ -> connection -> serve(agent, connection));
        return end;
    }

    /// Accepts connections and lets them hang.
    static GuestEnd silent(Path socket) throws IOException {
        GuestEnd end = new GuestEnd(socket);
        end.accept(_ -> connection -> Channels.newInputStream(connection).readAllBytes());
        return end;
    }

    /// Stands in front of a vsock: hangs up on the first connections, as long as nobody listens in
    /// the guest, and lets one hang.
    static GuestEnd hybrid(Path socket, TtrpcServer agent, int refused) throws IOException {
        GuestEnd end = new GuestEnd(socket);
        end.accept(count ->
                connection -> {
                    if (!readLine(connection).equals("CONNECT 1024")) {
                        return;
                    }
                    if (count == refused + 1) {
                        Channels.newInputStream(connection).readAllBytes();
                    } else if (count > refused) {
                        Channels.newOutputStream(connection)
                                .write("OK 1073741824\n".getBytes(StandardCharsets.UTF_8));
                        serve(agent, connection);
                    }
                });
        return end;
    }

    interface Session {
        void run(SocketChannel connection) throws IOException;
    }

    private void accept(Function<Integer, Session> sessions) {
        Thread.ofVirtual()
                .start(() -> {
                    while (server.isOpen()) {
                        SocketChannel connection;
                        try {
                            connection = server.accept();
                        } catch (IOException e) {
                            return; // closed
                        }
                        connections.add(connection);
                        Session session = sessions.apply(accepted.incrementAndGet());
                        Thread.ofVirtual().start(() -> run(session, connection));
                    }
                });
    }

    private void run(Session session, SocketChannel connection) {
        try (connection) {
            session.run(connection);
        } catch (IOException e) {
            // The host hung up.
        } finally {
            connections.remove(connection);
        }
    }

    private static void serve(TtrpcServer agent, SocketChannel connection) throws IOException {
        InputStream in = Channels.newInputStream(connection);
        OutputStream out = Channels.newOutputStream(connection);
        agent.serve(in, out);
    }

    private static String readLine(SocketChannel connection) throws IOException {
        InputStream in = Channels.newInputStream(connection);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    int accepted() {
        return accepted.get();
    }

    int open() {
        return connections.size();
    }

    /// Breaks what is connected, as a machine that ends.
    void hangUp() {
        for (SocketChannel connection : connections) {
            try {
                connection.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        hangUp();
    }
}
