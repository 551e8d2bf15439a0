package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ids of all sandboxes in a storage, as it is stored.
///
/// A storage cannot enumerate, so that nothing else knows which records there are, and a machine
/// that no record claims is ended. The index is therefore kept twice: either copy will do.
///
/// @param ids what either copy names
/// @param store the id of the records; null if an earlier version wrote the index, or nobody
/// @param found whether there is one at all: without, no sandbox was ever stored there
/// @param whole whether both copies say the same
record StoredIndex(List<String> ids, @Nullable String store, boolean found, boolean whole) {
    static final String KEY = "sandboxes";
    static final String COPY_KEY = "sandboxes.copy";

    private record Index(int format, List<String> ids, @Nullable String store) {
        Index {
            ids = List.copyOf(ids);
        }
    }

    /// One of the two.
    private record Copy(@Nullable Index index, @Nullable UnavailableException failure) {}

    StoredIndex {
        ids = List.copyOf(ids);
    }

    /// @throws UnavailableException if neither copy can be read, or one is of a later version
    static StoredIndex read(MetadataStorage storage) {
        Copy first = copy(storage, KEY);
        Copy second = copy(storage, COPY_KEY);
        LinkedHashSet<String> ids = new LinkedHashSet<>();
        String store = null;
        boolean none = true;
        for (Copy copy : List.of(first, second)) {
            Index index = copy.index();
            if (index != null) {
                none = false;
                ids.addAll(index.ids());
                store = store == null ? index.store() : store;
            }
        }
        UnavailableException failure = first.failure() != null ? first.failure() : second.failure();
        if (none && failure != null) {
            throw new UnavailableException(
                    "neither the index of sandboxes nor its copy can be read, and without both no"
                            + " sandbox is known: "
                            + failure.getMessage(),
                    failure);
        }
        boolean same = first.index() == null ? none : first.index().equals(second.index());
        return new StoredIndex(new ArrayList<>(ids), store, !none, same);
    }

    private static Copy copy(MetadataStorage storage, String key) {
        String what = "the record " + key;
        byte[] data;
        try {
            data = requireNonNull(storage.load(key));
        } catch (NotFoundException _) {
            return new Copy(null, null);
        } catch (UnavailableException e) {
            return new Copy(null, e);
        }
        RecordFormat.refuseLater(what, data);
        try {
            return new Copy(RecordFormat.read(what, data, Index.class), null);
        } catch (UnavailableException e) {
            return new Copy(null, e);
        }
    }

    static byte[] encode(Collection<String> ids, @Nullable String store) {
        return RecordFormat.write(new Index(RecordFormat.FORMAT, List.copyOf(ids), store));
    }
}
