package io.sunaba.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// QEMU's monitor, as little of it as a floor needs: one command at a time, a line each.
///
/// Source: docs/interop/qmp-spec of QEMU.
final class Monitor implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader lines;

    private Monitor(SocketChannel channel) {
        this.channel = channel;
        this.lines = new BufferedReader(Channels.newReader(channel, UTF_8));
    }

    static SocketChannel socket(Path path) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(UnixDomainSocketAddress.of(path));
        return socket;
    }

    /// @param channel is closed with the monitor
    static Monitor on(SocketChannel channel) throws IOException {
        Monitor monitor = new Monitor(channel);
        monitor.lines.readLine(); // the greeting
        monitor.execute("{\"execute\": \"qmp_capabilities\"}");
        return monitor;
    }

    /// Returns the answer.
    String execute(String command) throws IOException {
        channel.write(ByteBuffer.wrap((command.replace("\n", " ") + "\n").getBytes(UTF_8)));
        while (true) {
            @Nullable String line = lines.readLine();
            if (line == null) {
                throw new EOFException("QEMU hung up during " + command);
            }
            if (line.startsWith("{\"return\"")) {
                return line;
            }
            if (line.startsWith("{\"error\"")) {
                throw new IOException(command + ": " + line);
            }
        }
    }

    /// Waits until a machine's state has come in.
    void awaitMigration() throws IOException {
        awaitEvent("MIGRATION", "\"completed\"");
    }

    /// Waits until the guest has let go of a device.
    void awaitDeleted(String device) throws IOException {
        awaitEvent("DEVICE_DELETED", "\"device\": \"" + device + '"');
    }

    private void awaitEvent(String name, String content) throws IOException {
        while (true) {
            String line = requireNonNull(lines.readLine(), "QEMU hung up");
            if (line.contains('"' + name + '"') && line.contains(content)) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
