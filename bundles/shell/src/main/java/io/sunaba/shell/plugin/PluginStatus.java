package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A plugin, or a part of a bundle that would be one.
///
/// @param kind `hypervisor`, `storage`, `factory` or `agent`, or null for a part of another kind
///   that cannot work
/// @param name the name that configuration chooses it by, or null if it does not tell
/// @param bundle the symbolic name of its bundle
/// @param version the version of its bundle
/// @param state `active`, or what keeps it from that
public record PluginStatus(
        @Nullable String kind, @Nullable String name, String bundle, String version, String state) {
    public PluginStatus {
        requireNonNull(bundle, "bundle is null");
        requireNonNull(version, "version is null");
        requireNonNull(state, "state is null");
    }
}
