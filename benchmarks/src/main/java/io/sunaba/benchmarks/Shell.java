package io.sunaba.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.OpenRequest;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// The platform's shell over its control socket, without the start of a client program in the
/// times.
///
/// @param data the data directory of the platform
record Shell(Path data) {
    /// How a line went.
    ///
    /// @param firstByteNanos from sending the line to the first byte of its output, or -1
    /// @param totalNanos from sending the line to its end
    record Outcome(String output, long firstByteNanos, long totalNanos) {}

    /// Runs a line.
    ///
    /// @throws IOException if it fails; the message is what it said
    Outcome run(String line) throws IOException {
        long start = System.nanoTime();
        long firstByte = -1;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(runDirectory().resolve("control.sock")));
            FrameChannel channel = new FrameChannel(socket);
            channel.write(request(line).toFrame());
            while (true) {
                Frame frame = channel.read();
                if (frame == null) {
                    throw new EOFException("the platform hung up during: " + line);
                }
                if (frame.type() == FrameType.WANT_INPUT) {
                    endInput(channel);
                } else if (frame.type() == FrameType.EXIT) {
                    long total = System.nanoTime() - start;
                    if (frame.number(0) != 0) {
                        throw new IOException(line + ": " + output.toString(UTF_8).strip());
                    }
                    return new Outcome(output.toString(UTF_8), firstByte, total);
                } else if (frame.payload().hasRemaining()) {
                    firstByte = firstByte < 0 ? System.nanoTime() - start : firstByte;
                    byte[] bytes = new byte[frame.payload().remaining()];
                    frame.payload().get(bytes);
                    output.write(bytes);
                }
            }
        }
    }

    /// It may be too late: a command that reads nothing has ended then, and its status is to come.
    private static void endInput(FrameChannel channel) {
        try {
            channel.write(Frame.of(FrameType.INPUT_END));
        } catch (IOException _) {
            // If the connection is broken, the next read says so.
        }
    }

    /// The directory of the platform's sockets.
    Path runDirectory() throws IOException {
        return data.resolve("run").toRealPath();
    }

    /// Opens a connection for a line and sends it.
    ///
    /// @throws IOException if nobody listens
    FrameChannel open(String line) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(runDirectory().resolve("control.sock")));
            FrameChannel channel = new FrameChannel(socket);
            channel.write(request(line).toFrame());
            return channel;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private OpenRequest request(String line) throws IOException {
        return new OpenRequest(
                OpenRequest.Mode.RUN,
                line,
                data.toRealPath().toString(),
                Path.of("").toAbsolutePath().toString(),
                "dumb",
                0,
                0);
    }

    /// Says whether a platform serves this data directory.
    boolean runs() {
        return Files.exists(data.resolve("run").resolve("control.sock"));
    }
}
