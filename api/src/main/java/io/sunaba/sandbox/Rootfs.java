package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/// Where a container's root file system comes from. A container's writes stay in the guest, but for
/// [Shared].
public sealed interface Rootfs {
    /// A directory of the host, packed into a read-only image once per content.
    ///
    /// @param directory the directory, as it is when the container is created
    record Packed(Path directory) implements Rootfs {
        public Packed {
            requireNonNull(directory, "directory is null");
        }
    }

    /// An image file.
    ///
    /// @param file the file
    /// @param fileSystem the type of its file system as the guest's kernel names it, such as
    ///   `erofs`
    record Image(Path file, String fileSystem) implements Rootfs {
        public Image {
            requireNonNull(file, "file is null");
            requireNonNull(fileSystem, "fileSystem is null");
        }
    }

    /// A directory of the host, shared live with the guest.
    ///
    /// @param directory the directory
    record Shared(Path directory) implements Rootfs {
        public Shared {
            requireNonNull(directory, "directory is null");
        }
    }
}
