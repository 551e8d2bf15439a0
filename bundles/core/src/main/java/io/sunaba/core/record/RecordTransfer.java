package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All records of a storage, read at one moment, on their way into another.
public final class RecordTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(RecordTransfer.class);

    /// By key, the two copies of the index last.
    private final Map<String, byte[]> records;

    private RecordTransfer(Map<String, byte[]> records) {
        this.records = records;
    }

    /// Reads all records.
    ///
    /// @throws UnavailableException if one cannot be read
    static RecordTransfer from(MetadataStorage storage) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        StoredIndex index = StoredIndex.read(storage);
        for (String id : index.ids()) {
            try {
                records.put(SandboxRecords.key(id), storage.load(SandboxRecords.key(id)));
            } catch (NotFoundException _) {
                // In the index, and not made yet or deleted already.
            }
        }
        if (index.found()) {
            byte[] data = StoredIndex.encode(index.ids(), index.store());
            records.put(StoredIndex.COPY_KEY, data);
            records.put(StoredIndex.KEY, data);
        }
        return new RecordTransfer(records);
    }

    /// Returns the records by their keys.
    public Map<String, byte[]> records() {
        return records;
    }

    /// Writes all to another storage, takes away what an earlier use left there, and compares. If
    /// that fails, what was written is taken away again.
    void into(MetadataStorage target) {
        List<String> stale = stale(target);
        try {
            records.forEach(target::save);
            stale.forEach(target::delete);
            compare(target);
        } catch (RuntimeException e) {
            discard(target);
            throw e;
        }
    }

    /// The keys of records that are in the target and not among these.
    private List<String> stale(MetadataStorage target) {
        List<String> stale = new ArrayList<>();
        List<String> before;
        try {
            before = StoredIndex.read(target).ids();
        } catch (UnavailableException e) {
            LOG.warn("What storage had before is not known, and overwritten", e);
            return List.of();
        }
        for (String id : before) {
            if (!records.containsKey(SandboxRecords.key(id))) {
                stale.add(SandboxRecords.key(id));
            }
        }
        if (!records.containsKey(StoredIndex.KEY)) {
            stale.add(StoredIndex.KEY);
            stale.add(StoredIndex.COPY_KEY);
        }
        return stale;
    }

    private void compare(MetadataStorage target) {
        records.forEach((key, value) -> {
            if (!Arrays.equals(value, requireNonNull(target.load(key)))) {
                throw new UnavailableException(
                        "the record %s is not what was written to the storage".formatted(key));
            }
        });
    }

    private void discard(MetadataStorage target) {
        List<String> keys = new ArrayList<>(records.keySet()).reversed();
        for (String key : keys) {
            try {
                target.delete(key);
            } catch (RuntimeException e) {
                LOG.warn("The copy of {} in a storage that is not used stays there", key, e);
            }
        }
    }
}
