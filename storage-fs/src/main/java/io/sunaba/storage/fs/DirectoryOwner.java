package io.sunaba.storage.fs;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The sole right to a directory, towards other processes and within this one.
final class DirectoryOwner implements AutoCloseable {
    private static final String LOCK_FILE = ".lock";

    private final String property;
    private final FileChannel lock;

    private DirectoryOwner(String property, FileChannel lock) {
        this.property = property;
        this.lock = lock;
    }

    /// Takes the right, or fails at once.
    static DirectoryOwner of(Path directory) throws IOException {
        // A process loses its file locks when it closes any descriptor of the file, so that a
        // second attempt from this process must not even open it. The system properties are the one
        // registry that two revisions of the bundle share.
        String property = FileStorage.PID + ".owner:" + directory.toRealPath();
        if (System.getProperties().putIfAbsent(property, "held") != null) {
            throw inUse(directory, "this process");
        }
        boolean taken = false;
        try {
            FileChannel lock = open(directory.resolve(LOCK_FILE));
            try {
                taken = lock.tryLock() != null;
                if (!taken) {
                    throw inUse(directory, "another process");
                }
                return new DirectoryOwner(property, lock);
            } finally {
                if (!taken) {
                    lock.close();
                }
            }
        } finally {
            if (!taken) {
                System.getProperties().remove(property);
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static UnavailableException inUse(Path directory, String owner) {
        return new UnavailableException(
                "the storage in %s is in use by %s".formatted(directory, owner));
    }

    @Override
    public void close() throws IOException {
        try {
            lock.close();
        } finally {
            System.getProperties().remove(property);
        }
    }
}
