package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A disk to plug.
///
/// @param id unique among the machine's devices: 1 to 32 characters of `a-z 0-9 -`, a letter first
/// @param file an image file or a block device of the host
/// @param format how the file is to be read; never guessed
/// @param readOnly whether the guest may only read
/// @param cache how the host caches it
/// @param serial the serial number that the guest sees, at most 20 characters, or null for the id
public record DiskSpec(
        String id,
        Path file,
        Format format,
        boolean readOnly,
        Cache cache,
        @Nullable String serial) {
    /// Formats of disk images.
    public enum Format {
        RAW,
        QCOW2
    }

    /// Host caching.
    public enum Cache {
        /// Through the page cache; the guest's flushes reach the disk.
        WRITEBACK,
        /// Around the page cache (O_DIRECT); the guest's flushes reach the disk.
        NONE,
        /// Through the page cache; the guest's flushes are ignored. For data that may be lost.
        UNSAFE
    }

    public DiskSpec {
        requireNonNull(id, "id is null");
        requireNonNull(file, "file is null");
        requireNonNull(format, "format is null");
        requireNonNull(cache, "cache is null");
    }
}
