package io.sunaba.hypervisor.clh;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The right to follow the events of a machine, which only one can: of two versions of a plugin the
/// new one may come before the old one goes.
final class Claim implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final FileChannel file;

    private Claim(FileChannel file) {
        this.file = file;
    }

    /// Waits until nobody else has it.
    ///
    /// @throws UnavailableException if somebody keeps it
    static Claim of(Path file, Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean claimed = false;
        try {
            while (lock(channel) == null) {
                if (System.nanoTime() > deadline) {
                    throw new UnavailableException(
                            "another instance of this plugin holds %s".formatted(file));
                }
                Thread.sleep(LOOK_AGAIN);
            }
            claimed = true;
            return new Claim(channel);
        } finally {
            if (!claimed) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException _) {
            // nothing left to close
        }
    }
}
