package io.sunaba.storage.fs;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// Keeps each record in a file of its own, all in one directory.
///
/// A file is named by its record's key with `+` for each slash, so that the longest key just fits a
/// file name, and `a` and `a/b` stand side by side.
@Component(
        service = MetadataStorage.class,
        configurationPid = FileStorage.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = MetadataStorage.NAME + "=fs")
@Designate(ocd = FileStorageSettings.class)
public final class FileStorage implements MetadataStorage {
    static final String PID = "io.sunaba.storage.fs";

    private static final int LONGEST_KEY = 255;
    private static final Pattern KEY =
            Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]*+(/[a-zA-Z0-9_-][a-zA-Z0-9._-]*+)*+");
    private static final int LOCKS = 64;

    private final Path path;
    private final RecordDirectory directory;
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private final Lock[] writes =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);
    private boolean closed;

    @Activate
    public FileStorage(FileStorageSettings settings) {
        this(FileStorageConfig.of(settings));
    }

    FileStorage(FileStorageConfig config) {
        path = config.directory();
        try {
            directory = RecordDirectory.open(path);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot open the storage in %s: %s".formatted(path, RecordDirectory.reason(e)),
                    e);
        }
    }

    /// Waits for the calls under way, and gives the directory up to the next owner.
    @Deactivate
    public void close() {
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                directory.close();
            }
        } catch (IOException e) {
            throw failed("close the storage", path, e);
        } finally {
            use.writeLock().unlock();
        }
    }

    @Override
    public void save(String key, byte[] value) {
        String name = fileName(key);
        byte[] record = RecordFormat.encode(value);
        write(
                key,
                () -> {
                    try {
                        directory.put(name, record);
                    } catch (IOException e) {
                        throw failed("save record " + key, directory.file(name), e);
                    }
                });
    }

    @Override
    public void delete(String key) {
        String name = fileName(key);
        write(
                key,
                () -> {
                    try {
                        directory.remove(name);
                    } catch (IOException e) {
                        throw failed("delete record " + key, directory.file(name), e);
                    }
                });
    }

    @Override
    public byte[] load(String key) {
        Path file = directory.file(fileName(key));
        use.readLock().lock();
        try {
            requireOpen();
            try (InputStream in = Files.newInputStream(file)) {
                return RecordFormat.decode(in);
            }
        } catch (NoSuchFileException e) {
            if (Files.notExists(path)) {
                throw failed("load record " + key, path, e);
            }
            throw new NotFoundException("there is no record " + key, e);
        } catch (RecordFormat.DamagedException e) {
            throw new UnavailableException(
                    ("record %s is damaged: %s: %s; restore this file from a backup, or delete it"
                                    + " to give the record up")
                            .formatted(key, file, e.getMessage()),
                    e);
        } catch (IOException e) {
            throw failed("load record " + key, file, e);
        } finally {
            use.readLock().unlock();
        }
    }

    /// Writes of one key wait for each other until they are durable: the last to return wins.
    private void write(String key, Runnable change) {
        Lock write = writes[Math.floorMod(key.hashCode(), LOCKS)];
        use.readLock().lock();
        try {
            requireOpen();
            write.lock();
            try {
                change.run();
            } finally {
                write.unlock();
            }
        } finally {
            use.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new UnavailableException("the storage in %s is closed".formatted(path));
        }
    }

    private static String fileName(String key) {
        requireNonNull(key, "key is null");
        if (key.length() > LONGEST_KEY || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("not a key: " + key);
        }
        return key.replace('/', '+');
    }

    private static UnavailableException failed(String action, Path file, IOException cause) {
        return new UnavailableException(
                "cannot %s: %s: %s".formatted(action, file, RecordDirectory.reason(cause)), cause);
    }
}
