package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// A mount in a container, as in the OCI runtime specification.
///
/// @param destination an absolute path in the container
/// @param type the file system's type, such as `tmpfs`; or [#DEVICE] for a storage device of the
///   sandbox that was added without a container: the container has it at the destination then,
///   read-only if the options hold `ro`, and it cannot be removed as long as there is the container
/// @param source what is mounted; the id of such a device
/// @param options mount options
public record Mount(String destination, String type, String source, List<String> options) {
    /// The type of mounts that are storage devices of the sandbox.
    public static final String DEVICE = "device";

    public Mount {
        requireNonNull(destination, "destination is null");
        requireNonNull(type, "type is null");
        requireNonNull(source, "source is null");
        options = List.copyOf(options);
    }
}
