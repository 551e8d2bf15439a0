package com.example.memory;

import io.sunaba.error.NotFoundException;
import io.sunaba.storage.MetadataStorage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps records until it stops.
public final class MemoryStorage implements MetadataStorage {
    private final Map<String, byte[]> records = new ConcurrentHashMap<>();

    @Override
    public void save(String key, byte[] value) {
        records.put(key, value.clone());
    }

    @Override
    public byte[] load(String key) {
        byte[] value = records.get(key);
        if (value == null) {
            throw new NotFoundException("there is no record " + key);
        }
        return value.clone();
    }

    @Override
    public void delete(String key) {
        records.remove(key);
    }
}
