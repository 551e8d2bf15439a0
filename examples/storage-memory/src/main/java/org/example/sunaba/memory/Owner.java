package org.example.sunaba.memory;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/// The one owner of a directory, as a lock on a file in it. The system drops the lock with the
/// process.
final class Owner implements AutoCloseable {
    /// A process that closes any channel of a locked file loses its lock, so no second one is
    /// opened.
    private static final Set<Path> HERE = new HashSet<>();

    private final Path file;
    private final FileChannel channel;

    Owner(Path file) throws IOException {
        this.file = file.toAbsolutePath().normalize();
        synchronized (HERE) {
            if (HERE.contains(this.file)) {
                throw refused();
            }
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw refused();
            }
            HERE.add(this.file);
        }
    }

    private UnavailableException refused() {
        return new UnavailableException(
                "the storage in %s is in use by another process or plugin"
                        .formatted(file.getParent()));
    }

    @Override
    public void close() throws IOException {
        synchronized (HERE) {
            HERE.remove(file);
            channel.close();
        }
    }
}
