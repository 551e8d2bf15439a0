package io.sunaba.vmm.machine;

import io.sunaba.vmm.UnixConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the end of what a guest prints on its console in a file, however much it prints: a guest
/// must not be able to fill its host. What is printed while nobody follows is for the VMM to keep
/// or drop.
public final class ConsoleLog implements AutoCloseable {
    /// The most that the file holds.
    public static final int MAXIMUM_BYTES = 256 * 1024;

    /// What is left of it when it is full.
    public static final int KEPT_BYTES = 128 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleLog.class);
    private static final int CHUNK = 16 * 1024;

    private final MachineFiles files;
    private final UnixConnection connection;
    private final Thread thread;

    private ConsoleLog(MachineFiles files, UnixConnection connection) {
        this.files = files;
        this.connection = connection;
        this.thread = Thread.ofVirtual().name("console " + files.id()).start(this::copy);
    }

    /// Follows the console of a machine.
    ///
    /// @param socket where the VMM passes it on
    public static ConsoleLog follow(MachineFiles files, Path socket) throws IOException {
        UnixConnection connection = new UnixConnection(socket);
        try {
            connection.connect();
            return new ConsoleLog(files, connection);
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private void copy() {
        byte[] chunk = new byte[CHUNK];
        // Not a channel: an interrupt must not disturb it.
        try (RandomAccessFile file = new RandomAccessFile(files.console().toFile(), "rw")) {
            file.seek(file.length());
            InputStream input = connection.input();
            for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
                if (file.length() + count > MAXIMUM_BYTES) {
                    shorten(file);
                }
                file.write(chunk, 0, count);
            }
        } catch (IOException e) {
            LOG.debug("the console of machine {} is not followed any more", files.id(), e);
        } finally {
            connection.close();
        }
    }

    private static void shorten(RandomAccessFile file) throws IOException {
        byte[] kept = new byte[(int) Math.min(KEPT_BYTES, file.length())];
        file.seek(file.length() - kept.length);
        file.readFully(kept);
        file.setLength(0);
        file.write(kept);
    }

    /// Waits until all is in the file that was printed by a machine which has ended.
    public void awaitEnd(Duration timeout) {
        try {
            if (!thread.join(timeout)) {
                LOG.warn("the console of machine {} does not end with it", files.id());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
