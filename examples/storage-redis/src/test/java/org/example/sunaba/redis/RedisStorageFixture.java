package org.example.sunaba.redis;

import io.sunaba.error.SunabaException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.ChildJvm;
import io.sunaba.tck.storage.StorageFixture;
import io.sunaba.tck.storage.StorageWriter;
import java.io.IOException;

/// A storage on a server of its own.
public final class RedisStorageFixture implements StorageFixture {
    private final RedisServer server = new RedisServer();

    public RedisStorageFixture() throws IOException {
        server.start("always");
    }

    @Override
    public MetadataStorage open() {
        return new RedisStorage(server.address(), "test/");
    }

    @Override
    public void close(MetadataStorage storage) {
        ((RedisStorage) storage).close();
    }

    @Override
    public Process startWriter() throws IOException {
        return ChildJvm.start(Writer.class, server.address());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /// Another process that writes, or is refused.
    public static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws InterruptedException {
            MetadataStorage storage;
            try {
                storage = new RedisStorage(arguments[0], "test/");
            } catch (SunabaException refused) {
                return;
            }
            StorageWriter.run(storage, System.out);
        }
    }
}
