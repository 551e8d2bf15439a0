package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.DiskSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A storage device to add to a sandbox.
public sealed interface DeviceInfo {
    /// Returns its id, unique in the sandbox: 1 to 32 characters of `a-z 0-9 -`, a letter first.
    String id();

    /// Returns the container that is to see it, or null for none yet: a container that is created
    /// later can name it among its mounts, see [Mount].
    @Nullable String containerId();

    /// Returns where in the container: the directory it is mounted on, which is made if it is not
    /// there, or the device file's path. An absolute path if there is a container, else null.
    @Nullable String destination();

    /// A block device.
    ///
    /// @param file an image file or a block device of the host
    /// @param format how the file is to be read; one of another format is refused
    /// @param readOnly whether the guest may only read
    /// @param cache how the host caches it
    /// @param serial the serial number that the guest sees, at most 20 characters, or null for the
    ///   first 20 of its id
    /// @param fileSystem the file system to mount it as, or null to hand over the device itself
    record Block(
            String id,
            @Nullable String containerId,
            @Nullable String destination,
            Path file,
            DiskSpec.Format format,
            boolean readOnly,
            DiskSpec.Cache cache,
            @Nullable String serial,
            @Nullable String fileSystem)
            implements DeviceInfo {
        public Block {
            requireNonNull(id, "id is null");
            requireNonNull(file, "file is null");
            requireNonNull(format, "format is null");
            requireNonNull(cache, "cache is null");
        }
    }

    /// A directory of the host, shared live.
    ///
    /// @param directory the directory
    /// @param readOnly whether the guest may only read
    record Share(
            String id,
            @Nullable String containerId,
            @Nullable String destination,
            Path directory,
            boolean readOnly)
            implements DeviceInfo {
        public Share {
            requireNonNull(id, "id is null");
            requireNonNull(directory, "directory is null");
        }
    }
}
