package io.sunaba.core.record;

import java.util.HashSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which records these are: an id that is written with the index, and goes with it wherever the
/// records are copied. Thus those of a platform are told from those of another one.
final class RecordIdentity {
    private volatile String id = UUID.randomUUID().toString().replace("-", "");

    private volatile boolean written;

    /// Null until the records are loaded.
    private volatile @Nullable StoredIndex loaded;

    String id() {
        return id;
    }

    /// Tells whether the index in the storage has the id.
    boolean written() {
        return written;
    }

    void setWritten() {
        written = true;
    }

    /// Takes the id of the index that was loaded, if it has one.
    void load(StoredIndex index) {
        String known = index.store();
        if (known != null) {
            id = known;
            written = true;
        }
        loaded = index;
    }

    /// Tells whether an index was loaded, and not only looked for.
    boolean found() {
        StoredIndex known = loaded;
        return known != null && known.found();
    }

    /// Tells whether an index that comes is that of these records.
    ///
    /// @param remembered the id of the records that were loaded last, which counts until they are
    /// @param alone whether no other storage of the name serves: if one does, only an id tells
    boolean fits(StoredIndex index, @Nullable String remembered, boolean alone) {
        StoredIndex known = loaded;
        String expected = known == null ? remembered : id;
        if (expected != null && index.found() && (known == null || index.store() != null)) {
            return expected.equals(index.store());
        }
        return alone && (known == null || (!written && sameIds(known, index)));
    }

    /// Tells whether an index, before it is written for the first time, is the one that was loaded,
    /// or what an attempt to write it left.
    boolean isAsLoaded(StoredIndex now) {
        StoredIndex known = loaded;
        return known == null || id.equals(now.store()) || sameIds(known, now);
    }

    /// As long as no id is written, the index is as it was.
    private static boolean sameIds(StoredIndex one, StoredIndex other) {
        return new HashSet<>(one.ids()).equals(new HashSet<>(other.ids()));
    }
}
