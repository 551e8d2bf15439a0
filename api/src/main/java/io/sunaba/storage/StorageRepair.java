package io.sunaba.storage;

import org.osgi.annotation.versioning.ConsumerType;

/// Repairs a store that is damaged. A second service of a storage plugin, for stores that can be
/// rebuilt from what is whole in them; under the same service property [MetadataStorage#NAME].
/// There although the store itself cannot be opened, and called only when somebody asks for it.
@ConsumerType
public interface StorageRepair {
    /// Rebuilds the store from what is whole in it, keeping a copy of what was there before.
    ///
    /// @return what was done and where the copy is, for people
    /// @throws io.sunaba.error.ConflictException if the store is open
    /// @throws io.sunaba.error.UnavailableException if it cannot be repaired; nothing is lost
    String repair();
}
