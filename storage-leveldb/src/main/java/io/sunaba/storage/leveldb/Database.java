package io.sunaba.storage.leveldb;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.ReadOptions;
import org.iq80.leveldb.WriteBatch;
import org.iq80.leveldb.WriteOptions;
import org.jspecify.annotations.Nullable;

/// An open database. For one thread at a time.
final class Database implements AutoCloseable {
    private static final String OPEN = "sunaba.open";
    private static final WriteOptions DURABLE = new WriteOptions().sync(true);
    private static final ReadOptions CHECKED = new ReadOptions().verifyChecksums(true);

    /// A value for a key, or none to delete it.
    ///
    /// @param key the key
    /// @param value the value, or null
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Change(byte[] key, byte @Nullable [] value) {
        Change {
            requireNonNull(key, "key is null");
        }

        private long bytes() {
            return key.length + (value == null ? 0L : value.length);
        }
    }

    private final Path directory;
    private final Claim claim;
    private final FreeSpace space;
    private final DB db;

    private Database(Path directory, Claim claim, FreeSpace space, DB db) {
        this.directory = directory;
        this.claim = claim;
        this.space = space;
        this.db = db;
    }

    static Database open(LevelDbConfig config) {
        Path directory = config.directory();
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Claim claim = Claim.on(directory);
            try {
                requireCurrent(directory);
                FreeSpace space = new FreeSpace(directory);
                space.require(0);
                DB db = config.engine().open(directory.toFile(), closedWell(directory));
                return new Database(directory, claim, space, db);
            } catch (IOException | RuntimeException e) {
                claim.close();
                throw e;
            }
        } catch (UnavailableException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The Java port reports damage with plain runtime exceptions.
            throw failed("open", directory, e);
        }
    }

    /// Tells whether the last owner closed the database, and notes that this one has it open. Where
    /// the last one was killed, the last write may be cut off, and is no damage: nobody was told
    /// that it was done.
    private static boolean closedWell(Path directory) throws IOException {
        try {
            Files.createFile(directory.resolve(OPEN));
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        }
    }

    /// Without this file LevelDB would make a new database over the old one.
    private static void requireCurrent(Path directory) throws IOException {
        if (Files.exists(directory.resolve("CURRENT"))) {
            return;
        }
        try (DirectoryStream<Path> parts =
                Files.newDirectoryStream(directory, "{MANIFEST-*,*.log,*.ldb,*.sst}")) {
            if (parts.iterator().hasNext()) {
                throw new IOException("the file CURRENT is missing");
            }
        }
    }

    byte @Nullable [] read(byte[] key) {
        try {
            return db.get(key, CHECKED);
        } catch (RuntimeException e) {
            markDamage(e);
            throw failed("read", directory, e);
        }
    }

    /// Makes all changes durable, or none.
    void write(List<Change> changes) {
        try (WriteBatch batch = db.createWriteBatch()) {
            space.require(changes.stream().mapToLong(Change::bytes).sum());
            for (Change change : changes) {
                if (change.value() == null) {
                    batch.delete(change.key());
                } else {
                    batch.put(change.key(), change.value());
                }
            }
            var _ = db.write(batch, DURABLE);
        } catch (IOException | RuntimeException e) {
            markDamage(e);
            throw failed("write", directory, e);
        }
    }

    private void markDamage(Exception failure) {
        if (Advice.isDamage(failure)) {
            claim.markDamaged();
        }
    }

    @Override
    public void close() {
        try (claim) {
            db.close();
            Files.deleteIfExists(directory.resolve(OPEN));
        } catch (IOException | RuntimeException e) {
            throw failed("close", directory, e);
        }
    }

    static UnavailableException failed(String action, Path directory, Exception cause) {
        return new UnavailableException(
                "cannot %s the database in %s: %s".formatted(action, directory, Advice.of(cause)),
                cause);
    }
}
