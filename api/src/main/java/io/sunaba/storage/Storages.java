package io.sunaba.storage;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// The storage plugins of this platform, and the records in the one that is in use. An OSGi service
/// of the core.
///
/// May be called from any thread. All fail with an [io.sunaba.error.UnavailableException] when the
/// storage in use is away for longer than the grace, or cannot be read or written.
@ProviderType
public interface Storages {
    /// Returns the storage plugins that are there, and the one in use also if it is not there, by
    /// name.
    List<StorageStatus> storages();

    /// Makes another storage the one in use, now and after every start: copies all records into it,
    /// compares them, and switches. Changes of records wait meanwhile; nothing else does. Up to the
    /// switch, and after a crash before it, the earlier storage is in use, unchanged; afterwards it
    /// keeps the records as they were. Does nothing if it is in use.
    ///
    /// @param name the plugin's name
    /// @throws io.sunaba.error.UnavailableException if there is no such plugin, or a record cannot
    ///   be read or copied
    void use(String name) throws InterruptedException;

    /// Returns the keys of all records.
    List<String> keys() throws InterruptedException;

    /// Returns a record as it is stored.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is none
    byte[] load(String key) throws InterruptedException;

    /// Writes all records to a new file, as JSON.
    ///
    /// @param file an absolute path; made readable to the owner alone
    /// @return how many records
    /// @throws io.sunaba.error.ConflictException if the file exists
    int exportTo(Path file) throws InterruptedException;

    /// Takes up the sandboxes of a file that was exported: all of them or none. Their machines are
    /// looked for as after a start.
    ///
    /// @param file an absolute path
    /// @return the ids of the sandboxes
    /// @throws io.sunaba.error.RejectedException if the file is something else
    /// @throws io.sunaba.error.ConflictException if there is a sandbox of such an id
    List<String> importFrom(Path file) throws InterruptedException;
}
