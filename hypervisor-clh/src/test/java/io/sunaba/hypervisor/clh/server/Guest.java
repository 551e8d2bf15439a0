package io.sunaba.hypervisor.clh.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What would be a guest: it prints on the console, and does what its kernel arguments say.
final class Guest {
    private final ServerSocketChannel console;
    private final StringBuilder printed = new StringBuilder();
    private @Nullable SocketChannel follower;

    /// Listens on the console's socket.
    Guest(Path socket) throws IOException {
        console =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel next = console.accept();
                synchronized (this) {
                    follower = next;
                    write(next, printed.toString());
                    printed.setLength(0);
                }
            }
        } catch (IOException e) {
            System.err.println("console: " + e);
        }
    }

    synchronized void print(String line) {
        SocketChannel to = follower;
        try {
            if (to != null) {
                write(to, line + "\n");
                return;
            }
        } catch (IOException _) {
            follower = null;
        }
        printed.append(line).append('\n');
    }

    private static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
