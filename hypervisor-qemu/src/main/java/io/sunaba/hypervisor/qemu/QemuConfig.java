package io.sunaba.hypervisor.qemu;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The valid configuration of the plugin.
///
/// @param binary the QEMU program, a path or a name
/// @param accel how guest code is to run
/// @param runtimeDirectory where the files of live machines lie
/// @param startTimeout how long QEMU may take to be ready
/// @param unplugTimeout how long a guest may take to let go of a device
record QemuConfig(
        String binary,
        Accel accel,
        Path runtimeDirectory,
        Duration startTimeout,
        Duration unplugTimeout) {
    static final String PID = "io.sunaba.hypervisor.qemu";

    private static final List<String> KEYS =
            List.of("binary", "accel", "runtime.directory", "start.timeout", "unplug.timeout");

    /// What keys of the framework and of its configuration tools begin with.
    private static final List<String> FOREIGN =
            List.of("service.", "component.", "felix.", "osgi.", "sunaba.", "objectClass", ".");

    /// A unix socket's path has at most 107 bytes; a machine's id and a file name come after.
    private static final int LONGEST_DIRECTORY = 60;

    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    enum Accel {
        AUTO,
        KVM,
        TCG
    }

    QemuConfig {
        requireNonNull(binary, "binary is null");
        requireNonNull(accel, "accel is null");
        requireNonNull(runtimeDirectory, "runtimeDirectory is null");
        requireNonNull(startTimeout, "startTimeout is null");
        requireNonNull(unplugTimeout, "unplugTimeout is null");
    }

    /// Reads the settings.
    ///
    /// @param keys the keys that are set, those of the framework included
    /// @throws RejectedException if a key is unknown or a value is invalid; the message names key,
    ///   value and rule
    static QemuConfig of(QemuSettings settings, Set<String> keys) {
        for (String key : keys) {
            if (!KEYS.contains(key) && FOREIGN.stream().noneMatch(key::startsWith)) {
                throw new RejectedException(
                        "%s: %s is no key; there are %s".formatted(PID, key, KEYS));
            }
        }
        if (settings.binary().isBlank()) {
            throw invalid("binary", settings.binary(), "must be a path or a name");
        }
        return new QemuConfig(
                settings.binary().strip(),
                accel(settings.accel()),
                runtimeDirectory(settings.runtime_directory()),
                timeout("start.timeout", settings.start_timeout()),
                timeout("unplug.timeout", settings.unplug_timeout()));
    }

    private static Accel accel(String value) {
        return Arrays.stream(Accel.values())
                .filter(accel -> accel.name().toLowerCase(Locale.ROOT).equals(value.strip()))
                .findFirst()
                .orElseThrow(() -> invalid("accel", value, "must be auto, kvm or tcg"));
    }

    private static Path runtimeDirectory(String value) {
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

    private static Duration timeout(String key, String value) {
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

    private static RejectedException invalid(String key, String value, String rule) {
        return new RejectedException("%s: %s is '%s' but %s".formatted(PID, key, value, rule));
    }
}
