package io.sunaba.configuration;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/// A configuration file that is not in force.
///
/// @param file the file
/// @param pid what it would configure
/// @param message one line that names file, property, value and what is allowed, and says what is
///   in force instead
public record ConfigurationProblem(Path file, String pid, String message) {
    public ConfigurationProblem {
        requireNonNull(file, "file is null");
        requireNonNull(pid, "pid is null");
        requireNonNull(message, "message is null");
    }
}
