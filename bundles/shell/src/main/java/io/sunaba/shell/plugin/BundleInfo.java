package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A bundle: what it brings, what it needs, and who uses it.
///
/// @param bundle its symbolic name
/// @param problem why it is not let in, or null
/// @param location where it came from
/// @param signer who signed it, in words
/// @param sandboxes the ids of the sandboxes that use its plugins
/// @param usedBy the bundles that use its services
public record BundleInfo(
        String bundle,
        String version,
        String state,
        @Nullable String problem,
        String location,
        String signer,
        List<String> sandboxes,
        List<String> usedBy,
        List<Service> services,
        List<Part> components,
        List<ApiPackage> packages) {
    public BundleInfo {
        requireNonNull(bundle, "bundle is null");
        requireNonNull(version, "version is null");
        requireNonNull(state, "state is null");
        requireNonNull(location, "location is null");
        requireNonNull(signer, "signer is null");
        sandboxes = List.copyOf(sandboxes);
        usedBy = List.copyOf(usedBy);
        services = List.copyOf(services);
        components = List.copyOf(components);
        packages = List.copyOf(packages);
    }

    /// A service that it provides.
    ///
    /// @param kind the kind of plugin, or the interface
    /// @param name the name that configuration chooses it by, or null if it has none
    /// @param ranking of two of one name the higher serves
    public record Service(String kind, @Nullable String name, int ranking) {}

    /// A component.
    ///
    /// @param configuration the name of its configuration
    /// @param state `active`, `waiting` for somebody to want it, or what keeps it from that
    public record Part(String component, String configuration, String state) {}

    /// A package of the API that it uses or brings.
    ///
    /// @param use `imports` or `exports`
    /// @param version the range that it accepts, or the version that it brings
    /// @param from the version that it is wired to, or null
    public record ApiPackage(String use, String name, String version, @Nullable String from) {}
}
