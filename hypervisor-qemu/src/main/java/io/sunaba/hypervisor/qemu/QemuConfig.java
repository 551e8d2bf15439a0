package io.sunaba.hypervisor.qemu;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.vmm.machine.ConfigRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The valid configuration of the plugin.
///
/// @param binary the QEMU program, a path or a name
/// @param virtiofsd the program that serves shared directories, a path or a name; empty for the
///   usual places
/// @param accel how guest code is to run
/// @param runtimeDirectory where the files of live machines lie
/// @param startTimeout how long QEMU may take to be ready
/// @param unplugTimeout how long a guest may take to let go of a device
record QemuConfig(
        String binary,
        String virtiofsd,
        Accel accel,
        Path runtimeDirectory,
        Duration startTimeout,
        Duration unplugTimeout) {
    static final String PID = "io.sunaba.hypervisor.qemu";

    private static final List<String> KEYS =
            List.of(
                    "binary",
                    "virtiofsd",
                    "accel",
                    "runtime.directory",
                    "start.timeout",
                    "unplug.timeout");

    private static final ConfigRules RULES = new ConfigRules(PID);

    enum Accel {
        AUTO,
        KVM,
        TCG
    }

    QemuConfig {
        requireNonNull(binary, "binary is null");
        requireNonNull(virtiofsd, "virtiofsd is null");
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
        RULES.checkKeys(keys, KEYS);
        return new QemuConfig(
                RULES.program("binary", settings.binary()),
                settings.virtiofsd().strip(),
                accel(settings.accel()),
                RULES.runtimeDirectory(settings.runtime_directory()),
                RULES.timeout("start.timeout", settings.start_timeout()),
                RULES.timeout("unplug.timeout", settings.unplug_timeout()));
    }

    private static Accel accel(String value) {
        return Arrays.stream(Accel.values())
                .filter(accel -> accel.name().toLowerCase(Locale.ROOT).equals(value.strip()))
                .findFirst()
                .orElseThrow(() -> RULES.invalid("accel", value, "must be auto, kvm or tcg"));
    }
}
