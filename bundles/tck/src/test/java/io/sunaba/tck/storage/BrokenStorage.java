package io.sunaba.tck.storage;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A small storage, right but for one fault: in memory, with a file a record that is read when it
/// is opened.
final class BrokenStorage implements MetadataStorage, AutoCloseable {
    private static final Set<Path> OPEN = new HashSet<>();

    /// Else the collector would close what is leaked.
    private static final List<FileChannel> LEAKED = new ArrayList<>();

    private static final int SHORT = 4096;
    private static final long MOMENT_NANOS = 100_000;

    private final Path directory;
    private final @Nullable StorageFault fault;
    private final @Nullable FileChannel owner;
    private final Map<String, byte[]> values = new HashMap<>();
    private String lastKey = "";
    private boolean closed;

    BrokenStorage(Path directory, @Nullable StorageFault fault) throws IOException {
        this.directory = directory;
        this.fault = fault;
        owner = fault == StorageFault.SHARED_HERE ? null : own();
        if (fault == StorageFault.LEAKS_FILES) {
            LEAKED.add(FileChannel.open(directory.resolve(".leak"), options()));
        } else if (fault == StorageFault.LEAKS_THREADS) {
            Thread.ofPlatform().daemon().start(this::lingers);
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".")) {
                    values.put(name.replace('+', '/'), Files.readAllBytes(file));
                }
            }
        }
    }

    private void lingers() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            // never
        }
    }

    private static StandardOpenOption[] options() {
        return new StandardOpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.WRITE};
    }

    private FileChannel own() throws IOException {
        synchronized (OPEN) {
            if (OPEN.contains(directory)) {
                throw new UnavailableException(directory + " is in use");
            }
            FileChannel channel = FileChannel.open(directory.resolve(".owner"), options());
            if (fault != StorageFault.SHARED_ELSEWHERE && channel.tryLock() == null) {
                channel.close();
                throw new UnavailableException(directory + " is in use");
            }
            OPEN.add(directory);
            return channel;
        }
    }

    @Override
    public void save(String key, byte[] value) {
        String name = name(key);
        byte[] kept = fault == StorageFault.SHARES_ARRAYS ? value : value.clone();
        if (fault == StorageFault.CUTS_OFF && value.length > SHORT) {
            kept = Arrays.copyOf(value, SHORT);
        } else if (fault == StorageFault.MIXES_KEYS) {
            lastKey = name;
            LockSupport.parkNanos(MOMENT_NANOS);
            name = lastKey;
        } else if (fault == StorageFault.MIXES_VALUES) {
            byte[] half = kept.clone();
            Arrays.fill(half, half.length / 2, half.length, (byte) 0);
            put(name, half);
            LockSupport.parkNanos(MOMENT_NANOS);
        } else if (fault == StorageFault.FAILS_INTERRUPTED
                && Thread.currentThread().isInterrupted()) {
            throw new UnavailableException("interrupted");
        }
        put(name, kept);
    }

    private synchronized void put(String name, byte[] value) {
        requireOpen();
        if (fault == StorageFault.KEEPS_THE_FIRST && values.containsKey(name)) {
            return;
        }
        values.put(name, value);
        if (fault == StorageFault.FORGETFUL || fault == StorageFault.WRITES_LATER) {
            return;
        }
        write(name, value);
    }

    private void write(String name, byte[] value) {
        Path fresh = directory.resolve(".new");
        try (FileOutputStream output = new FileOutputStream(fresh.toFile())) {
            output.write(value);
            Files.move(
                    fresh,
                    directory.resolve(name.replace('/', '+')),
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UnavailableException("cannot write", e);
        }
    }

    @Override
    public synchronized byte[] load(String key) {
        requireOpen();
        byte[] value = values.get(name(key));
        if (value == null) {
            throw new NotFoundException(
                    fault == StorageFault.VAGUE ? "not found" : "there is no record " + key);
        }
        return fault == StorageFault.SHARES_ARRAYS ? value : value.clone();
    }

    @Override
    public synchronized void delete(String key) {
        requireOpen();
        if (fault == StorageFault.KEEPS_DELETED) {
            return;
        }
        values.remove(name(key));
        try {
            Files.deleteIfExists(directory.resolve(name(key).replace('/', '+')));
        } catch (IOException e) {
            throw new UnavailableException("cannot delete", e);
        }
    }

    private String name(String key) {
        if (fault == StorageFault.SWALLOWS_INTERRUPTS) {
            boolean _ = Thread.interrupted();
        }
        return fault == StorageFault.FOLDS_CASE ? key.toLowerCase(Locale.ROOT) : key;
    }

    private void requireOpen() {
        if (closed && fault != StorageFault.USED_WHEN_CLOSED) {
            throw new UnavailableException(directory + " is closed");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (fault == StorageFault.WRITES_LATER) {
            values.forEach(this::write);
        }
        synchronized (OPEN) {
            OPEN.remove(directory);
            try {
                if (owner != null) {
                    owner.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
