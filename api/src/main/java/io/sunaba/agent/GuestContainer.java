package io.sunaba.agent;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.ContainerConfig;

/// A container as a guest is to create it.
///
/// @param config what the caller asked for
/// @param root where the guest finds the root file system
/// @param sharedPidNamespace whether the containers of its sandbox see each other's processes
public record GuestContainer(ContainerConfig config, Root root, boolean sharedPidNamespace) {
    /// Where a guest finds a root file system.
    public sealed interface Root {}

    /// A read-only image on a disk; the guest lays a writable layer over it.
    ///
    /// @param disk where the disk is
    /// @param fileSystem the image's type, such as `erofs`
    public record Disk(PciPath disk, String fileSystem) implements Root {
        public Disk {
            requireNonNull(disk, "disk is null");
            requireNonNull(fileSystem, "fileSystem is null");
        }
    }

    /// A shared directory.
    ///
    /// @param tag the share's tag
    public record Share(String tag) implements Root {
        public Share {
            requireNonNull(tag, "tag is null");
        }
    }

    public GuestContainer {
        requireNonNull(config, "config is null");
        requireNonNull(root, "root is null");
    }
}
