package io.sunaba.tck.storage;

import io.sunaba.storage.MetadataStorage;

/// A place for one store, empty at first. Closing the fixture removes it.
public interface StorageFixture extends AutoCloseable {
    /// Opens the store as the plugin's activation does: always the same place. Fails if the store
    /// is open already, here or in another process.
    MetadataStorage open() throws Exception;

    /// Closes what [#open] returned, as the plugin's deactivation does.
    void close(MetadataStorage storage) throws Exception;

    /// Starts another process that opens the store and calls [StorageWriter#run] with its stdout.
    /// The suite ends it with SIGKILL. `ChildJvm` starts one outside OSGi.
    Process startWriter() throws Exception;
}
