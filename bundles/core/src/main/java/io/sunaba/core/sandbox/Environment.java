package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.network.HostNetworks;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.validation.HostLimits;
import java.time.InstantSource;
import java.util.function.Supplier;

/// What all sandboxes work with.
///
/// @param config returns the configuration in force
public record Environment(
        Supplier<CoreConfig> config,
        Plugins plugins,
        SandboxRecords records,
        RootfsPacker packer,
        HostNetworks networks,
        HostLimits host,
        InstantSource clock) {
    public Environment {
        requireNonNull(config, "config is null");
        requireNonNull(plugins, "plugins is null");
        requireNonNull(records, "records is null");
        requireNonNull(packer, "packer is null");
        requireNonNull(networks, "networks is null");
        requireNonNull(host, "host is null");
        requireNonNull(clock, "clock is null");
    }
}
