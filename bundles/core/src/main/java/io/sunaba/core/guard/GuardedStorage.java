package io.sunaba.core.guard;

import io.sunaba.storage.MetadataStorage;

/// A storage plugin behind its guard.
public record GuardedStorage(Guard guard, MetadataStorage storage) implements MetadataStorage {
    @Override
    public void save(String key, byte[] value) {
        guard.tell("save", () -> storage.save(key, value));
    }

    @Override
    public byte[] load(String key) {
        return guard.ask("load", () -> storage.load(key));
    }

    @Override
    public void delete(String key) {
        guard.tell("delete", () -> storage.delete(key));
    }
}
