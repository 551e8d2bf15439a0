package io.sunaba.storage.leveldb;

import static java.util.Objects.requireNonNull;

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
import java.util.stream.Stream;

/// A database in a directory that goes away with the fixture.
final class LevelDbFixture implements StorageFixture {
    private final Path directory;
    private final Engine engine;

    LevelDbFixture(Engine engine) throws IOException {
        this.engine = engine;
        directory = Files.createTempDirectory("leveldb");
    }

    @Override
    public LevelDbStorage open() {
        return new LevelDbStorage(new LevelDbConfig(directory.resolve("db"), engine));
    }

    @Override
    public void close(MetadataStorage storage) {
        ((LevelDbStorage) storage).close();
    }

    @Override
    public Process startWriter() throws IOException {
        return ChildJvm.start(Writer.class, directory.resolve("db").toString(), engine.name());
    }

    @Override
    public void close() throws IOException {
        remove(directory);
    }

    static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws InterruptedException {
            // Where the native library is unpacked: this process is killed and cannot clean up.
            System.setProperty(
                    "java.io.tmpdir", requireNonNull(Path.of(arguments[0]).getParent()).toString());
            PrintStream reports = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            LevelDbConfig config =
                    new LevelDbConfig(Path.of(arguments[0]), Engine.valueOf(arguments[1]));
            LevelDbStorage storage;
            try {
                storage = new LevelDbStorage(config);
            } catch (SunabaException refused) {
                return;
            }
            StorageWriter.run(storage, reports);
        }
    }
}
