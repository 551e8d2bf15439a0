package io.sunaba.storage;

import static java.util.Objects.requireNonNull;

/// A storage plugin of this platform.
///
/// @param name its name
/// @param inUse whether it holds the records
/// @param present whether it is there just now
public record StorageStatus(String name, boolean inUse, boolean present) {
    public StorageStatus {
        requireNonNull(name, "name is null");
    }
}
