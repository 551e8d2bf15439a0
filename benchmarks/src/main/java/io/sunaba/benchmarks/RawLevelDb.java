package io.sunaba.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import org.fusesource.leveldbjni.JniDBFactory;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.WriteOptions;

/// A native LevelDB database by itself, which makes what its callers put durable together.
final class RawLevelDb implements Store {
    private static final WriteOptions DURABLE = new WriteOptions().sync(true);

    private final DB database;

    RawLevelDb(Path directory) throws IOException {
        database =
                JniDBFactory.factory.open(
                        directory.toFile(),
                        new Options()
                                .createIfMissing(true)
                                .compressionType(CompressionType.NONE)
                                .writeBufferSize(1 << 20));
    }

    @Override
    public void save(String key, byte[] value) {
        var _ = database.put(key.getBytes(US_ASCII), value, DURABLE);
    }

    @Override
    public void close() throws IOException {
        database.close();
    }
}
