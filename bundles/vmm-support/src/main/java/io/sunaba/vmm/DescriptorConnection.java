package io.sunaba.vmm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A stream connection to a unix socket, over which open files can be handed to the other side
/// (source: unix(7), SCM_RIGHTS). For one thread and a short exchange: it blocks the carrier of a
/// virtual thread.
public final class DescriptorConnection implements AutoCloseable {
    private static final int FAMILY_UNIX = 1;
    private static final int STREAM = 1;
    private static final int NO_SIGNAL = 0x4000;
    private static final int SOCKET_LEVEL = 1;
    private static final int RIGHTS = 1;

    private static final int LONGEST_PATH = 107;
    private static final int PART_SIZE = 16;
    private static final int MESSAGE_SIZE = 56;
    private static final int CONTROL_HEADER = 16;
    private static final int CONTROL_SPACE = 24;
    private static final int BUFFER = 4096;
    private static final int LONGEST_LINE = 64 * 1024;

    private final Path socket;
    private final int descriptor;
    private final long deadline;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Queue<String> lines = new ArrayDeque<>();

    private DescriptorConnection(Path socket, int descriptor, Duration timeout) {
        this.socket = socket;
        this.descriptor = descriptor;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    /// Connects.
    ///
    /// @param timeout how long the whole exchange may take
    /// @throws IOException if nobody listens
    public static DescriptorConnection open(Path socket, Duration timeout) throws IOException {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length > LONGEST_PATH) {
            throw new IOException("path of socket %s is too long".formatted(socket));
        }
        int descriptor = SystemCalls.socket(FAMILY_UNIX, STREAM);
        boolean connected = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2L + path.length + 1, 2);
            address.set(JAVA_SHORT, 0, (short) FAMILY_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            SystemCalls.connect(descriptor, address);
            connected = true;
            return new DescriptorConnection(socket, descriptor, timeout);
        } catch (SystemCallException e) {
            throw new IOException("cannot connect to " + socket, e);
        } finally {
            if (!connected) {
                SystemCalls.close(descriptor);
            }
        }
    }

    /// Sends a line.
    ///
    /// @param attached what the other side gets with it, or null
    public void send(String text, @Nullable TapDevice attached) throws IOException {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, content, JAVA_BYTE, 0, bytes.length);
            MemorySegment part = arena.allocate(PART_SIZE, 8);
            MemorySegment message = arena.allocate(MESSAGE_SIZE, 8);
            message.set(ADDRESS, 16, part);
            message.set(JAVA_LONG, 24, 1);
            if (attached != null) {
                MemorySegment control = arena.allocate(CONTROL_SPACE, 8);
                control.set(JAVA_LONG, 0, CONTROL_HEADER + 4);
                control.set(JAVA_INT, 8, SOCKET_LEVEL);
                control.set(JAVA_INT, 12, RIGHTS);
                control.set(JAVA_INT, CONTROL_HEADER, attached.descriptor());
                message.set(ADDRESS, 32, control);
                message.set(JAVA_LONG, 40, CONTROL_SPACE);
            }
            long sent = 0;
            while (sent < bytes.length) {
                part.set(ADDRESS, 0, content.asSlice(sent));
                part.set(JAVA_LONG, 8, bytes.length - sent);
                sent += SystemCalls.send(descriptor, message, NO_SIGNAL);
                // It went with the first byte.
                message.set(ADDRESS, 32, MemorySegment.NULL);
                message.set(JAVA_LONG, 40, 0);
            }
        }
    }

    /// Receives a line.
    ///
    /// @throws IOException if the time is up, or the other side is gone
    public String receive() throws IOException {
        while (lines.isEmpty()) {
            read();
        }
        return requireNonNull(lines.remove());
    }

    /// Receives what comes after the last line, as far as it is no line.
    ///
    /// @param size how many bytes
    /// @throws IOException if the time is up, or the other side is gone
    public String receive(int size) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!lines.isEmpty()) {
            text.append(lines.remove()).append('\n');
        }
        while (text.length() + line.size() < size) {
            read();
            while (!lines.isEmpty()) {
                text.append(lines.remove()).append('\n');
            }
        }
        return text.append(line.toString(StandardCharsets.UTF_8)).toString();
    }

    private void read() throws IOException {
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        if (left.isNegative() || !SystemCalls.awaitReadable(descriptor, left)) {
            throw new IOException(socket + " does not answer in time");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER);
            long size = SystemCalls.read(descriptor, buffer);
            if (size == 0 || line.size() > LONGEST_LINE) {
                throw new IOException(
                        "%s %s".formatted(socket, size == 0 ? "is closed" : "talks too much"));
            }
            split(buffer.asSlice(0, size).toArray(JAVA_BYTE));
        }
    }

    private void split(byte[] bytes) {
        for (byte letter : bytes) {
            if (letter == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(letter);
            }
        }
    }

    @Override
    public void close() {
        SystemCalls.close(descriptor);
    }
}
