package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/// The image of a container's root file system.
///
/// @param fileSystem its type, as the guest's kernel names it
record RootImage(Path file, String fileSystem) {
    RootImage {
        requireNonNull(file, "file is null");
        requireNonNull(fileSystem, "fileSystem is null");
    }
}
