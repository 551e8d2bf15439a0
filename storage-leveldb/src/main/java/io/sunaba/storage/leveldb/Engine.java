package io.sunaba.storage.leveldb;

import java.io.File;
import java.io.IOException;
import org.fusesource.leveldbjni.JniDBFactory;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBFactory;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What reads and writes the files of a database. The files are the same.
enum Engine {
    /// The C++ library.
    NATIVE,
    /// Its port to Java.
    JAVA;

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int WRITE_BUFFER_BYTES = 1 << 20;
    private static final long CACHE_BYTES = 1 << 20;
    private static final int OPEN_FILES = 64;

    /// Returns the native engine if there is a build of it for this platform.
    static Engine best() {
        try {
            var _ = NATIVE.factory();
            return NATIVE;
        } catch (LinkageError | RuntimeException e) {
            LOG.info(
                    "the native LevelDB does not load on this platform ({}); its Java port does the"
                            + " work",
                    e.getMessage());
            return JAVA;
        }
    }

    private DBFactory factory() {
        return switch (this) {
            case NATIVE -> JniDBFactory.factory;
            case JAVA -> Iq80DBFactory.factory;
        };
    }

    /// @param whole whether every byte must be whole; else what is cut off at the end is dropped
    DB open(File directory, boolean whole) throws IOException {
        return factory().open(directory, options(whole));
    }

    /// Rebuilds a database from what is whole in it. The Java port cannot.
    void repair(File directory) throws IOException {
        try {
            factory().repair(directory, options(false));
        } catch (UnsupportedOperationException e) {
            throw new IOException("the Java port of LevelDB cannot repair", e);
        }
    }

    private static Options options(boolean whole) {
        // Without compression neither engine needs a library more, and records are small.
        return new Options()
                .createIfMissing(true)
                .paranoidChecks(whole)
                .verifyChecksums(true)
                .compressionType(CompressionType.NONE)
                .writeBufferSize(WRITE_BUFFER_BYTES)
                .cacheSize(CACHE_BYTES)
                .maxOpenFiles(OPEN_FILES);
    }
}
