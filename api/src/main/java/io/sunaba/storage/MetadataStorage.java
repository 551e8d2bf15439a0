package io.sunaba.storage;

import org.osgi.annotation.versioning.ConsumerType;

/// Keeps records of metadata. Implemented by plugins, called by the core alone.
///
/// A key is 1 to 255 characters of `a-z A-Z 0-9 . _ -` in parts separated by single slashes; no
/// part starts with a dot, and case matters. A value is 1 byte to 1 MiB and opaque. Both are
/// checked by the caller.
///
/// Methods may be called from any thread at any time, also for the same key at once: the last write
/// to return wins, and a reader sees a whole value, never a mixture. They block the calling thread
/// and are not interruptible: an interrupt is left pending. One store has one owner: a plugin
/// refuses to activate on a store that another process holds.
///
/// Enumeration is not part of the contract: whoever needs it keeps an index in a record of its own.
@ConsumerType
public interface MetadataStorage {
    /// Service property: the name by which configuration chooses the plugin, such as `fs`. Under
    /// the name of the storage in use, another service serves only if it holds the same records.
    String NAME = "sunaba.name";

    /// Saves a value under a key, replacing any earlier one.
    ///
    /// Durable on return: it survives the death of the process and of the machine. On a failure,
    /// and after a crash in the middle, the earlier value is still there, whole.
    ///
    /// @throws io.sunaba.error.UnavailableException if it cannot be written (disk full, no
    ///   permission, store closed); the call may be repeated
    void save(String key, byte[] value);

    /// Loads the value of a key.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is none
    /// @throws io.sunaba.error.UnavailableException if it cannot be read, or the record is damaged;
    ///   the message names the place and the remedy, and nothing is wiped
    byte[] load(String key);

    /// Deletes a key and its value. Does nothing if there is none. Durable on return.
    ///
    /// @throws io.sunaba.error.UnavailableException if it cannot be written
    void delete(String key);
}
