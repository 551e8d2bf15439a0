package io.sunaba.storage.leveldb;

import java.nio.file.Path;

/// Opens the real storage for tests of the core, without a framework that configures it.
public final class LevelDbStorages {
    private LevelDbStorages() {}

    public static LevelDbStorage open(Path directory) {
        return new LevelDbStorage(new LevelDbConfig(directory, Engine.best()));
    }
}
