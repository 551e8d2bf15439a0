package io.sunaba.storage.fs;

import io.sunaba.error.SunabaException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.ChildJvm;
import io.sunaba.tck.storage.StorageFixture;
import io.sunaba.tck.storage.StorageWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A storage in a directory that goes away with the fixture.
final class FileStorageFixture implements StorageFixture {
    private final Path directory;

    FileStorageFixture() throws IOException {
        directory = Files.createTempDirectory("storage");
    }

    @Override
    public FileStorage open() {
        return new FileStorage(new FileStorageConfig(directory.resolve("records")));
    }

    @Override
    public void close(MetadataStorage storage) {
        ((FileStorage) storage).close();
    }

    @Override
    public Process startWriter() throws IOException {
        return ChildJvm.start(Writer.class, directory.resolve("records").toString());
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws InterruptedException {
            PrintStream reports = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            FileStorage storage;
            try {
                storage = new FileStorage(new FileStorageConfig(Path.of(arguments[0])));
            } catch (SunabaException refused) {
                return;
            }
            StorageWriter.run(storage, reports);
        }
    }

    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
