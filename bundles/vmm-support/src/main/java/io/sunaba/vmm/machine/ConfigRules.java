package io.sunaba.vmm.machine;

import io.sunaba.error.RejectedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What values of a hypervisor bundle's configuration must be.
///
/// @param pid the configuration's name, for messages
public record ConfigRules(String pid) {
    /// What keys of the framework and of its configuration tools begin with.
    private static final List<String> FOREIGN =
            List.of("service.", "component.", "felix.", "osgi.", "sunaba.", "objectClass", ".");

    /// A unix socket's path has at most 107 bytes; a machine's id and a file name come after.
    private static final int LONGEST_DIRECTORY = 60;

    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    /// Expects that no key is unknown.
    ///
    /// @param keys the keys that are set, those of the framework included
    /// @param known the keys that there are
    public void checkKeys(Set<String> keys, List<String> known) {
        for (String key : keys) {
            if (!known.contains(key) && FOREIGN.stream().noneMatch(key::startsWith)) {
                throw new RejectedException(
                        "%s: %s is no key; there are %s".formatted(pid, key, known));
            }
        }
    }

    /// Reads the path or name of a program.
    public String program(String key, String value) {
        if (value.isBlank()) {
            throw invalid(key, value, "must be a path or a name");
        }
        return value.strip();
    }

    /// Reads the directory for the files of live machines.
    public Path runtimeDirectory(String value) {
        Path directory = Path.of(value.strip()).normalize();
        int bytes = directory.toString().getBytes(StandardCharsets.UTF_8).length;
        if (!directory.isAbsolute() || bytes > LONGEST_DIRECTORY) {
            throw invalid(
                    "runtime.directory",
                    value,
                    "must be an absolute path of at most %d bytes".formatted(LONGEST_DIRECTORY));
        }
        return directory;
    }

    /// Reads a time.
    public Duration timeout(String key, String value) {
        Matcher matcher = TIME.matcher(value.strip());
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration time =
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        default -> Duration.ofMinutes(number);
                    };
            if (time.isPositive()) {
                return time;
            }
        }
        throw invalid(key, value, "must be a number above 0 with ms, s or m");
    }

    /// Makes the error of a value that breaks a rule.
    public RejectedException invalid(String key, String value, String rule) {
        return new RejectedException("%s: %s is '%s' but %s".formatted(pid, key, value, rule));
    }
}
