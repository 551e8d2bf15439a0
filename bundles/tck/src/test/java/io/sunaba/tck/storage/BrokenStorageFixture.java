package io.sunaba.tck.storage;

import io.sunaba.error.SunabaException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A storage with a fault, in a directory that goes away with the fixture.
public final class BrokenStorageFixture implements StorageFixture {
    private final Path directory;
    private final @Nullable StorageFault fault;

    /// Has no fault.
    public BrokenStorageFixture() throws IOException {
        this(null);
    }

    BrokenStorageFixture(@Nullable StorageFault fault) throws IOException {
        directory = Files.createTempDirectory("storage");
        this.fault = fault;
    }

    @Override
    public MetadataStorage open() throws IOException {
        return new BrokenStorage(directory, fault);
    }

    @Override
    public void close(MetadataStorage storage) {
        ((BrokenStorage) storage).close();
    }

    @Override
    public Process startWriter() throws IOException {
        return ChildJvm.start(
                Writer.class, directory.toString(), fault == null ? "" : fault.name());
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

        public static void main(String[] arguments) throws IOException, InterruptedException {
            StorageFault fault = arguments[1].isEmpty() ? null : StorageFault.valueOf(arguments[1]);
            MetadataStorage storage;
            try {
                storage = new BrokenStorage(Path.of(arguments[0]), fault);
            } catch (SunabaException refused) {
                return;
            }
            StorageWriter.run(storage, System.out);
        }
    }
}
