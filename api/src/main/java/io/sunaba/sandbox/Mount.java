package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// A mount in a container, as in the OCI runtime specification.
///
/// @param destination an absolute path in the container
/// @param type the file system's type, such as `tmpfs`
/// @param source what is mounted
/// @param options mount options
public record Mount(String destination, String type, String source, List<String> options) {
    public Mount {
        requireNonNull(destination, "destination is null");
        requireNonNull(type, "type is null");
        requireNonNull(source, "source is null");
        options = List.copyOf(options);
    }
}
