package org.example.sunaba.memory;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// Keeps records in the memory of the host: a file each in a directory of a file system in memory
/// (tmpfs). They outlive the platform and its process, as the contract asks, and go when the host
/// stops, as its virtual machines do.
@Component(
        service = MetadataStorage.class,
        configurationPid = MemoryStorage.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = MetadataStorage.NAME + "=memory")
@Designate(ocd = Settings.class)
public final class MemoryStorage implements MetadataStorage {
    static final String PID = "org.example.sunaba.storage.memory";

    private final Path directory;
    private final Owner owner;
    private final AtomicLong writes = new AtomicLong();
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    @Activate
    public MemoryStorage(Settings settings) {
        this(settings.directory());
    }

    MemoryStorage(String directory) {
        this.directory = absolute(directory);
        try {
            Files.createDirectories(
                    this.directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            owner = new Owner(this.directory.resolve(".owner"));
        } catch (IOException e) {
            throw new UnavailableException("cannot open the storage in " + directory + ": " + e, e);
        }
    }

    private static Path absolute(String directory) {
        try {
            Path path = Path.of(directory.strip());
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new RejectedException(PID + ": directory is not a path: " + directory, e);
        }
        throw new RejectedException(PID + ": directory must be an absolute path: " + directory);
    }

    /// Waits for the calls under way, and gives the directory up to the next owner.
    @Deactivate
    public void close() throws IOException {
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                owner.close();
            }
        } finally {
            use.writeLock().unlock();
        }
    }

    @Override
    public void save(String key, byte[] value) {
        whileOpen(
                "save record " + key,
                () -> {
                    Path fresh = directory.resolve(".new-" + writes.incrementAndGet());
                    // Not a channel: an interrupt would close it.
                    try (FileOutputStream output = new FileOutputStream(fresh.toFile())) {
                        output.write(value);
                    }
                    Files.move(fresh, file(key), StandardCopyOption.ATOMIC_MOVE);
                    return value;
                });
    }

    @Override
    public byte[] load(String key) {
        return whileOpen(
                "load record " + key,
                () -> {
                    try (FileInputStream input = new FileInputStream(file(key).toFile())) {
                        return input.readAllBytes();
                    } catch (FileNotFoundException e) {
                        throw new NotFoundException("there is no record " + key, e);
                    }
                });
    }

    @Override
    public void delete(String key) {
        whileOpen("delete record " + key, () -> Files.deleteIfExists(file(key)));
    }

    /// No key has a `+` in it, and no part of a key begins with a dot.
    private Path file(String key) {
        return directory.resolve(key.replace('/', '+'));
    }

    /// What is done with the directory.
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T whileOpen(String what, Work<T> work) {
        use.readLock().lock();
        try {
            if (closed) {
                throw new UnavailableException("the storage in %s is closed".formatted(directory));
            }
            return work.run();
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot %s in %s: %s".formatted(what, directory, e.getMessage()), e);
        } finally {
            use.readLock().unlock();
        }
    }
}
