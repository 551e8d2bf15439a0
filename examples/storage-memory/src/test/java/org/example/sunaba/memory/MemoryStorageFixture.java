package org.example.sunaba.memory;

import io.sunaba.error.SunabaException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.ChildJvm;
import io.sunaba.tck.storage.StorageFixture;
import io.sunaba.tck.storage.StorageWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A storage in a directory that goes away with the fixture.
public final class MemoryStorageFixture implements StorageFixture {
    private final Path directory;

    public MemoryStorageFixture() throws IOException {
        directory = Files.createTempDirectory("storage");
    }

    @Override
    public MetadataStorage open() {
        return new MemoryStorage(directory.toString());
    }

    @Override
    public void close(MetadataStorage storage) throws IOException {
        ((MemoryStorage) storage).close();
    }

    @Override
    public Process startWriter() throws IOException {
        return ChildJvm.start(Writer.class, directory.toString());
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    /// Another process that writes, or is refused.
    public static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws InterruptedException {
            MetadataStorage storage;
            try {
                storage = new MemoryStorage(arguments[0]);
            } catch (SunabaException refused) {
                return;
            }
            StorageWriter.run(storage, System.out);
        }
    }
}
