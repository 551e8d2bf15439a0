package io.sunaba.hypervisor.clh;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.vmm.machine.ConfigRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// The valid configuration of the plugin.
///
/// @param binary the Cloud Hypervisor program, a path or a name
/// @param virtiofsd the program that serves shared directories, a path or a name; empty for the
///   usual places
/// @param kvm the kernel's device for virtual machines
/// @param runtimeDirectory where the files of live machines lie
/// @param startTimeout how long Cloud Hypervisor may take to be ready
/// @param requestTimeout how long it may take for an answer
/// @param unplugTimeout how long a guest may take to let go of a device
record ClhConfig(
        String binary,
        String virtiofsd,
        Path kvm,
        Path runtimeDirectory,
        Duration startTimeout,
        Duration requestTimeout,
        Duration unplugTimeout) {
    static final String PID = "io.sunaba.hypervisor.clh";

    private static final Path KVM = Path.of("/dev/kvm");
    private static final List<String> KEYS =
            List.of(
                    "binary",
                    "virtiofsd",
                    "runtime.directory",
                    "start.timeout",
                    "request.timeout",
                    "unplug.timeout");
    private static final ConfigRules RULES = new ConfigRules(PID);

    ClhConfig {
        requireNonNull(binary, "binary is null");
        requireNonNull(virtiofsd, "virtiofsd is null");
        requireNonNull(kvm, "kvm is null");
        requireNonNull(runtimeDirectory, "runtimeDirectory is null");
        requireNonNull(startTimeout, "startTimeout is null");
        requireNonNull(requestTimeout, "requestTimeout is null");
        requireNonNull(unplugTimeout, "unplugTimeout is null");
    }

    /// Reads the settings.
    ///
    /// @param keys the keys that are set, those of the framework included
    /// @throws RejectedException if a key is unknown or a value is invalid; the message names key,
    ///   value and rule
    static ClhConfig of(ClhSettings settings, Set<String> keys) {
        RULES.checkKeys(keys, KEYS);
        return new ClhConfig(
                RULES.program("binary", settings.binary()),
                settings.virtiofsd().strip(),
                KVM,
                RULES.runtimeDirectory(settings.runtime_directory()),
                RULES.timeout("start.timeout", settings.start_timeout()),
                RULES.timeout("request.timeout", settings.request_timeout()),
                RULES.timeout("unplug.timeout", settings.unplug_timeout()));
    }
}
