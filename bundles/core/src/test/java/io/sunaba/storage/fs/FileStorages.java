package io.sunaba.storage.fs;

import java.nio.file.Path;

/// Opens the real storage for tests of the core, without a framework that configures it.
public final class FileStorages {
    private FileStorages() {}

    public static FileStorage open(Path directory) {
        return new FileStorage(new FileStorageConfig(directory));
    }
}
