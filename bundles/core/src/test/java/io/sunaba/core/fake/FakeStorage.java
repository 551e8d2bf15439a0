package io.sunaba.core.fake;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A storage in memory that can be told to fail at one of its writes.
public final class FakeStorage implements MetadataStorage {
    public final Map<String, byte[]> records = new ConcurrentSkipListMap<>();
    private final AtomicInteger writes = new AtomicInteger();
    private volatile int failing;

    /// Makes the n-th write from now on fail, and none after it.
    public void failWrite(int number) {
        writes.set(0);
        failing = number;
    }

    /// Returns how many writes there were since [#failWrite].
    public int writes() {
        return writes.get();
    }

    private void count(String what) {
        if (writes.incrementAndGet() == failing) {
            throw new UnavailableException("no space left for " + what);
        }
    }

    @Override
    public void save(String key, byte[] value) {
        count("saving " + key);
        records.put(key, value.clone());
    }

    @Override
    public byte[] load(String key) {
        byte[] value = records.get(key);
        if (value == null) {
            throw new NotFoundException("no record " + key);
        }
        return value.clone();
    }

    @Override
    public void delete(String key) {
        count("deleting " + key);
        records.remove(key);
    }
}
