package io.sunaba.itests.halting;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Keeps each record in a file, and ends the whole process, as `kill -9` does, at the write that
/// the file `halt` names: `before 2` is in front of the second write from when the file appeared.
final class HaltingStorage implements MetadataStorage {
    private static final int KILLED = 137;

    private final Path directory;
    private int writes;

    HaltingStorage(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    private interface Change {
        void run() throws IOException;
    }

    private synchronized void write(Change change) {
        try {
            Path order = directory.resolve("halt");
            String at = Files.exists(order) ? Files.readString(order).strip() : "";
            writes = at.isEmpty() ? 0 : writes + 1;
            haltIf(at.equals("before " + writes), order);
            change.run();
            haltIf(at.equals("after " + writes), order);
        } catch (IOException e) {
            throw new UnavailableException("cannot write to " + directory, e);
        }
    }

    private static void haltIf(boolean now, Path order) throws IOException {
        if (now) {
            Files.delete(order);
            Runtime.getRuntime().halt(KILLED);
        }
    }

    private Path file(String key) {
        return directory.resolve(key.replace('/', '+') + ".json");
    }

    @Override
    public void save(String key, byte[] value) {
        write(() -> {
            Path next = directory.resolve("next");
            Files.write(next, value);
            Files.move(
                    next,
                    file(key),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        });
    }

    @Override
    public byte[] load(String key) {
        try {
            return Files.readAllBytes(file(key));
        } catch (NoSuchFileException e) {
            throw new NotFoundException("there is no record " + key, e);
        } catch (IOException e) {
            throw new UnavailableException("cannot read " + file(key), e);
        }
    }

    @Override
    public void delete(String key) {
        write(() -> Files.deleteIfExists(file(key)));
    }
}
