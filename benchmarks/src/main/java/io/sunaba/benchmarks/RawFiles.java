package io.sunaba.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The least that makes a file durable under its name: write, fsync, rename, fsync of the
/// directory.
final class RawFiles implements Store {
    private final Path directory;
    private final FileChannel entries;

    RawFiles(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.entries = FileChannel.open(directory, StandardOpenOption.READ);
    }

    @Override
    public void save(String key, byte[] value) throws IOException {
        Path temporary = directory.resolve(".tmp-" + key);
        try (FileChannel file =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(value));
            file.force(true);
        }
        Files.move(temporary, directory.resolve(key), StandardCopyOption.ATOMIC_MOVE);
        entries.force(true);
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
