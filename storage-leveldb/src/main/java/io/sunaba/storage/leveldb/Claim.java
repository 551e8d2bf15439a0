package io.sunaba.storage.leveldb;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;

/// The sole right to a database within this process; LevelDB's own lock holds other processes off.
///
/// That lock must not even be tried twice in one process: closing the second descriptor would give
/// it up. The system properties are the one registry that two revisions of the bundle share.
final class Claim implements AutoCloseable {
    private static final String DAMAGED = "damaged";

    private final String property;

    private Claim(String property) {
        this.property = property;
    }

    static Claim on(Path directory) throws IOException {
        String property = property(directory);
        if (System.getProperties().putIfAbsent(property, "held") != null) {
            throw new UnavailableException(
                    "the database in %s is in use by this process".formatted(directory));
        }
        return new Claim(property);
    }

    /// Tells whoever would repair the database that it is open and damaged.
    void markDamaged() {
        System.setProperty(property, DAMAGED);
    }

    static boolean isDamaged(Path directory) throws IOException {
        return DAMAGED.equals(System.getProperty(property(directory)));
    }

    static boolean isFree(Path directory) throws IOException {
        return System.getProperty(property(directory)) == null;
    }

    private static String property(Path directory) throws IOException {
        return LevelDbStorage.PID + ".owner:" + directory.toRealPath();
    }

    @Override
    public void close() {
        System.getProperties().remove(property);
    }
}
