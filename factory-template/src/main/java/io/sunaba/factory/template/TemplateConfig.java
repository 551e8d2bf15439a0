package io.sunaba.factory.template;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The configuration, valid as a whole.
///
/// @param directory an absolute path
/// @param agent the name of an agent plugin
/// @param base the name of another VM factory, which boots what templates are made of
record TemplateConfig(Path directory, String agent, String base) {
    TemplateConfig {
        requireNonNull(directory, "directory is null");
        requireNonNull(agent, "agent is null");
        requireNonNull(base, "base is null");
        require(directory.isAbsolute(), "directory", directory, "an absolute path");
        require(!agent.isBlank(), "agent", agent, "the name of an agent plugin");
        require(
                !base.isBlank() && !base.equals(TemplateFactory.TEMPLATE),
                "base",
                base,
                "the name of another VM factory");
    }

    static TemplateConfig of(TemplateSettings settings) {
        // Declarative Services returns null for what is not configured.
        @Nullable String directory = settings.directory();
        if (directory == null || directory.isBlank()) {
            throw new RejectedException(TemplateFactory.PID + ": directory is not set");
        }
        try {
            return new TemplateConfig(
                    Path.of(directory.strip()).normalize(),
                    settings.agent().strip(),
                    settings.base().strip());
        } catch (InvalidPathException e) {
            throw new RejectedException(
                    "%s: directory is not a path: %s".formatted(TemplateFactory.PID, directory), e);
        }
    }

    private static void require(boolean kept, String key, Object value, String rule) {
        if (!kept) {
            throw new RejectedException(
                    "%s: %s is '%s': it must be %s"
                            .formatted(TemplateFactory.PID, key, value, rule));
        }
    }
}
