package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/// Servers at one address of this host: a page over HTTP, a file over TFTP, and one name over DNS.
final class HostServers implements AutoCloseable {
    static final String PAGE = "served-by-the-host";
    static final String NAME = "name.sunaba.test";
    static final String NAMED = "192.0.2.77";

    private static final int DNS_PORT = 53;
    private static final int DATAGRAM = 1024;

    private final InetAddress address;
    private final ServerSocket http;
    private final DatagramSocket tftp;
    private final List<AutoCloseable> open = new ArrayList<>();

    private interface Answer {
        byte[] to(byte[] request);
    }

    HostServers(String address) {
        try {
            this.address = InetAddress.getByName(address);
            http = new ServerSocket(0, 16, this.address);
            open.add(http);
            tftp = new DatagramSocket(0, this.address);
            open.add(tftp);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serveHttp);
        Thread.ofVirtual().start(() -> serve(tftp, HostServers::block));
    }

    /// Serves the name too.
    HostServers withDns() {
        try {
            DatagramSocket dns = new DatagramSocket(new InetSocketAddress(address, DNS_PORT));
            open.add(dns);
            Thread.ofVirtual().start(() -> serve(dns, HostServers::resolve));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    int httpPort() {
        return http.getLocalPort();
    }

    int tftpPort() {
        return tftp.getLocalPort();
    }

    private void serveHttp() {
        while (!http.isClosed()) {
            try (Socket socket = http.accept();
                    OutputStream out = socket.getOutputStream()) {
                var _ = socket.getInputStream().read(new byte[DATAGRAM]);
                out.write(
                        ("HTTP/1.0 200 OK\r\nContent-Length: " + PAGE.length() + "\r\n\r\n" + PAGE)
                                .getBytes(UTF_8));
            } catch (IOException e) {
                // This one went away; or the server is closed.
            }
        }
    }

    private static void serve(DatagramSocket socket, Answer answer) {
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM], DATAGRAM);
                socket.receive(packet);
                byte[] request = new byte[packet.getLength()];
                System.arraycopy(packet.getData(), 0, request, 0, request.length);
                byte[] reply = answer.to(request);
                if (reply.length > 0) {
                    socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // As above.
            }
        }
    }

    /// Answers a read request with the only block, and nothing else.
    private static byte[] block(byte[] request) {
        if (request.length < 2 || request[1] != 1) {
            return new byte[0];
        }
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        reply.writeBytes(new byte[] {0, 3, 0, 1});
        reply.writeBytes(PAGE.getBytes(UTF_8));
        return reply.toByteArray();
    }

    /// Answers every question for an address with the same one, and others with none.
    private static byte[] resolve(byte[] request) {
        int end = 12;
        while (request[end] != 0) {
            end += request[end] + 1;
        }
        boolean forAddress = request[end + 2] == 1;
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        reply.write(request, 0, 2);
        reply.writeBytes(
                new byte[] {
                    (byte) 0x81, (byte) 0x80, 0, 1, 0, (byte) (forAddress ? 1 : 0), 0, 0, 0, 0
                });
        reply.write(request, 12, end + 5 - 12);
        if (forAddress) {
            reply.writeBytes(
                    new byte[] {
                        (byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, (byte) 192, 0, 2, 77
                    });
        }
        return reply.toByteArray();
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
