package io.sunaba.vmm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// The unix sockets of this host (source: proc(5), /proc/net/unix).
public final class UnixSockets {
    private static final Path TABLE = Path.of("/proc/net/unix");
    private static final int FIELDS = 8;
    private static final int FLAGS = 3;

    /// The kernel's `__SO_ACCEPTCON`.
    private static final String LISTENING = "00010000";

    private UnixSockets() {}

    /// Tells whether somebody listens on a socket. That its file is there does not say so: it is
    /// made a moment before. To connect would be an answer too, but some take one connection.
    public static boolean listens(Path socket) {
        // Not by a channel: an interrupt, which is for the caller to see, would close that.
        try (BufferedReader sockets = new BufferedReader(new FileReader(TABLE.toFile(), UTF_8))) {
            return sockets.lines()
                    .map(line -> line.split(" +", FIELDS))
                    .anyMatch(fields ->
                            fields.length == FIELDS
                                    && fields[FLAGS].equals(LISTENING)
                                    && fields[FIELDS - 1].equals(socket.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + TABLE, e);
        }
    }
}
