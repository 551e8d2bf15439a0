package io.sunaba.agent;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.PciPath;
import org.jspecify.annotations.Nullable;

/// A storage device as a container is to get it.
///
/// @param id unique in the container: 1 to 64 characters of `a-z A-Z 0-9 _ . -`, a letter or digit
///   first
/// @param source where the guest finds it
/// @param fileSystem the file system to mount it as, or null to make a device file of it; a share
///   has its own
/// @param readOnly whether the container may only read
/// @param destination the directory to mount it on, or the device file: an absolute path in the
///   container; directories that are not there are made
public record GuestDevice(
        String id,
        Source source,
        @Nullable String fileSystem,
        boolean readOnly,
        String destination) {
    /// Where a guest finds a device.
    public sealed interface Source {}

    /// A disk.
    ///
    /// @param path where it is plugged
    public record Disk(PciPath path) implements Source {
        public Disk {
            requireNonNull(path, "path is null");
        }
    }

    /// A shared directory.
    ///
    /// @param tag its tag
    public record Share(String tag) implements Source {
        public Share {
            requireNonNull(tag, "tag is null");
        }
    }

    public GuestDevice {
        requireNonNull(id, "id is null");
        requireNonNull(source, "source is null");
        requireNonNull(destination, "destination is null");
    }
}
