package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/// A directory of the host to share with a guest (virtiofs).
///
/// @param id unique among the machine's devices: 1 to 32 characters of `a-z 0-9 -`, a letter first;
///   also the tag by which the guest mounts it
/// @param directory the directory
/// @param readOnly whether the guest may only read
public record ShareSpec(String id, Path directory, boolean readOnly) {
    public ShareSpec {
        requireNonNull(id, "id is null");
        requireNonNull(directory, "directory is null");
    }
}
