package io.sunaba.core.validation;

import static io.sunaba.core.validation.Rules.require;
import static io.sunaba.core.validation.Rules.size;

import io.sunaba.core.config.CoreConfig;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.SandboxConfig;
import java.util.HashSet;
import java.util.Set;

/// Rules for sandboxes.
public final class SandboxRules {
    private SandboxRules() {}

    /// Checks what can be checked without a plugin.
    public static void check(SandboxConfig config) {
        Rules.requireId("sandbox id", config.id());
        if (config.hostname() != null) {
            ContainerRules.requireHostname(config.hostname());
        }
        if (config.hypervisor() != null) {
            Rules.requireId("hypervisor name", config.hypervisor());
        }
        if (config.factory() != null) {
            Rules.requireId("factory name", config.factory());
        }
        if (config.interfaces() != null) {
            NetworkRules.check(config.interfaces());
        }
        Set<String> ids = new HashSet<>();
        for (ContainerConfig container : config.containers()) {
            ContainerRules.check(container);
            if (!ids.add(container.id())) {
                throw new RejectedException(
                        "container id '%s' is there twice: it must be unique in sandbox %s"
                                .formatted(container.id(), config.id()));
            }
        }
        checkDevices(config, ids);
    }

    private static void checkDevices(SandboxConfig config, Set<String> containerIds) {
        Set<String> ids = new HashSet<>();
        for (DeviceInfo device : config.devices()) {
            DeviceRules.check(device);
            if (!ids.add(device.id())) {
                throw new RejectedException(
                        "device id '%s' is there twice: it must be unique in sandbox %s"
                                .formatted(device.id(), config.id()));
            }
            if (device.containerId() != null && !containerIds.contains(device.containerId())) {
                throw new RejectedException(
                        "device %s is for container %s: sandbox %s must have it"
                                .formatted(device.id(), device.containerId(), config.id()));
            }
        }
    }

    /// Checks the size of a machine against the configuration, the host and the hypervisor.
    public static void checkSize(
            int vcpus,
            long memoryBytes,
            CoreConfig config,
            HostLimits host,
            HypervisorCapabilities hypervisor) {
        require(vcpus >= 1, "vcpus", vcpus, "at least 1");
        if (config.maximumVcpus() > 0) {
            require(
                    vcpus <= config.maximumVcpus(),
                    "vcpus",
                    vcpus,
                    "at most %d, the configured maximum".formatted(config.maximumVcpus()));
        }
        require(
                vcpus <= host.vcpus(),
                "vcpus",
                vcpus,
                "at most %d, what this host has".formatted(host.vcpus()));
        require(
                vcpus <= hypervisor.maximumVcpus(),
                "vcpus",
                vcpus,
                "at most %d, the maximum of %s"
                        .formatted(hypervisor.maximumVcpus(), hypervisor.vmm()));
        String memory = size(memoryBytes);
        require(
                memoryBytes >= hypervisor.minimumMemoryBytes(),
                "memory",
                memory,
                "at least %s, the minimum of %s"
                        .formatted(size(hypervisor.minimumMemoryBytes()), hypervisor.vmm()));
        if (config.maximumMemoryBytes() > 0) {
            require(
                    memoryBytes <= config.maximumMemoryBytes(),
                    "memory",
                    memory,
                    "at most %s, the configured maximum"
                            .formatted(size(config.maximumMemoryBytes())));
        }
        require(
                memoryBytes <= host.memoryBytes(),
                "memory",
                memory,
                "at most %s, what this host has".formatted(size(host.memoryBytes() >> 20 << 20)));
    }
}
