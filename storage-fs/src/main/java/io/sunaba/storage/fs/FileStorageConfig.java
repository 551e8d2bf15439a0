package io.sunaba.storage.fs;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the records are.
///
/// @param directory an absolute path
record FileStorageConfig(Path directory) {
    FileStorageConfig {
        requireNonNull(directory, "directory is null");
    }

    static FileStorageConfig of(FileStorageSettings settings) {
        // Declarative Services returns null for what is not configured.
        @Nullable String directory = settings.directory();
        if (directory == null || directory.isBlank()) {
            throw new RejectedException(FileStorage.PID + ": directory is not set");
        }
        Path path;
        try {
            path = Path.of(directory.strip()).normalize();
        } catch (InvalidPathException e) {
            throw new RejectedException(
                    "%s: directory is not a path: %s".formatted(FileStorage.PID, directory), e);
        }
        if (!path.isAbsolute()) {
            throw new RejectedException(
                    "%s: directory must be an absolute path: %s"
                            .formatted(FileStorage.PID, directory));
        }
        return new FileStorageConfig(path);
    }
}
