package io.sunaba.storage.leveldb;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the database is, and what reads and writes it.
///
/// @param directory an absolute path
/// @param engine the engine
record LevelDbConfig(Path directory, Engine engine) {
    LevelDbConfig {
        requireNonNull(directory, "directory is null");
        requireNonNull(engine, "engine is null");
    }

    static LevelDbConfig of(LevelDbSettings settings) {
        // Declarative Services returns null for what is not configured.
        @Nullable String directory = settings.directory();
        if (directory == null || directory.isBlank()) {
            throw wrong("directory is not set");
        }
        return new LevelDbConfig(absolute(directory.strip()), engine(settings.engine().strip()));
    }

    private static Path absolute(String text) {
        try {
            Path path = Path.of(text).normalize();
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException _) {
            // Told below.
        }
        throw wrong("directory must be an absolute path: " + text);
    }

    private static Engine engine(String text) {
        return switch (text) {
            case "auto" -> Engine.best();
            case "native" -> Engine.NATIVE;
            case "java" -> Engine.JAVA;
            default -> throw wrong("engine must be auto, native or java: " + text);
        };
    }

    private static RejectedException wrong(String problem) {
        return new RejectedException(LevelDbStorage.PID + ": " + problem);
    }
}
