package io.sunaba.core.config;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// The configuration of the core, valid as a whole.
///
/// @param factoryFallback the VM factories that serve, in this order, when the chosen one cannot
/// @param maximumVcpus the most that a sandbox may have, or 0 for all that the host has
/// @param maximumMemoryBytes the most that a sandbox may have, or 0 for all that the host has
/// @param network the network of sandboxes that ask for none
/// @param guestImage the directory of the guest image
/// @param dataDirectory where the core keeps what it makes
public record CoreConfig(
        String defaultHypervisor,
        String defaultFactory,
        String defaultStorage,
        String defaultAgent,
        List<String> factoryFallback,
        int defaultVcpus,
        long defaultMemoryBytes,
        int maximumVcpus,
        long maximumMemoryBytes,
        Duration bootTimeout,
        Duration pluginGrace,
        Duration pluginTimeout,
        Duration containerStopTimeout,
        NetworkDefaults network,
        Path guestImage,
        Path dataDirectory) {
    public static final String PID = "io.sunaba.core";

    public CoreConfig {
        requireNonNull(bootTimeout, "bootTimeout is null");
        requireNonNull(pluginGrace, "pluginGrace is null");
        requireNonNull(pluginTimeout, "pluginTimeout is null");
        requireNonNull(containerStopTimeout, "containerStopTimeout is null");
        requireNonNull(network, "network is null");
        requireNonNull(guestImage, "guestImage is null");
        requireNonNull(dataDirectory, "dataDirectory is null");
        requireName("default.hypervisor", defaultHypervisor);
        requireName("default.factory", defaultFactory);
        requireName("default.storage", defaultStorage);
        requireName("default.agent", defaultAgent);
        factoryFallback = List.copyOf(factoryFallback);
        factoryFallback.forEach(name -> requireName("factory.fallback", name));
        require(
                Set.copyOf(factoryFallback).size() == factoryFallback.size(),
                "factory.fallback",
                "'" + String.join(",", factoryFallback) + "'",
                "without a name that is there twice");
        require(defaultVcpus >= 1, "default.vcpus", defaultVcpus, "at least 1");
        require(defaultMemoryBytes >= 1, "default.memory", defaultMemoryBytes, "at least 1");
        require(maximumVcpus >= 0, "maximum.vcpus", maximumVcpus, "at least 0");
        require(maximumMemoryBytes >= 0, "maximum.memory", maximumMemoryBytes, "at least 0");
        require(
                maximumVcpus == 0 || defaultVcpus <= maximumVcpus,
                "default.vcpus",
                defaultVcpus,
                "at most maximum.vcpus, " + maximumVcpus);
        require(
                maximumMemoryBytes == 0 || defaultMemoryBytes <= maximumMemoryBytes,
                "default.memory",
                defaultMemoryBytes,
                "at most maximum.memory, " + maximumMemoryBytes);
        require(!bootTimeout.isZero(), "boot.timeout", "0", "more than 0");
    }

    /// Parses what was written.
    ///
    /// @throws RejectedException if a value breaks a rule; names key, value and rule
    public static CoreConfig of(CoreSettings settings) {
        return new CoreConfig(
                settings.default_hypervisor(),
                settings.default_factory(),
                settings.default_storage(),
                settings.default_agent(),
                names(settings.factory_fallback()),
                settings.default_vcpus(),
                Quantity.bytes("default.memory", settings.default_memory()),
                settings.maximum_vcpus(),
                Quantity.bytes("maximum.memory", settings.maximum_memory()),
                Quantity.duration("boot.timeout", settings.boot_timeout()),
                Quantity.duration("plugin.grace", settings.plugin_grace()),
                Quantity.duration("plugin.timeout", settings.plugin_timeout()),
                Quantity.duration("container.stop.timeout", settings.container_stop_timeout()),
                NetworkDefaults.of(
                        settings.network_default(), names(settings.network_nameservers())),
                directory("guest.image", settings.guest_image()),
                directory("data.directory", settings.data_directory()));
    }

    private static List<String> names(String list) {
        return list.isBlank()
                ? List.of()
                : Arrays.stream(list.split(",", -1)).map(String::strip).toList();
    }

    private static Path directory(String key, String value) {
        require(!value.isBlank(), key, "''", "set to a directory");
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new RejectedException(key + " is '" + value + "': it must be a path", e);
        }
    }

    private static void requireName(String key, String value) {
        require(
                value.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}"),
                key,
                "'" + value + "'",
                "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first");
    }

    private static void require(boolean kept, String key, Object value, String rule) {
        if (!kept) {
            throw new RejectedException(key + " is " + value + ": it must be " + rule);
        }
    }
}
