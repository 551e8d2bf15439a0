package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a sandbox is to be. What is null is chosen by the platform's configuration.
///
/// @param id 1 to 64 characters of `a-z A-Z 0-9 _ . -`, a letter or digit first
/// @param hostname the host name that its containers see, or null for the id
/// @param hypervisor the name of the hypervisor plugin, or null
/// @param factory the name of the VM factory plugin, or null
/// @param vcpus virtual CPUs, or null
/// @param memoryBytes memory of the VM, or null
/// @param sharedPidNamespace whether its containers see each other's processes
/// @param containers the containers to create with it
/// @param interfaces the network interfaces to create with it, or null
/// @param devices the storage devices to create with it, those that a container names before that
///   container is created
/// @param annotations notes of the caller, kept and shown, never interpreted
public record SandboxConfig(
        String id,
        @Nullable String hostname,
        @Nullable String hypervisor,
        @Nullable String factory,
        @Nullable Integer vcpus,
        @Nullable Long memoryBytes,
        boolean sharedPidNamespace,
        List<ContainerConfig> containers,
        @Nullable List<Interface> interfaces,
        List<DeviceInfo> devices,
        Map<String, String> annotations) {
    public SandboxConfig {
        requireNonNull(id, "id is null");
        containers = List.copyOf(containers);
        interfaces = interfaces == null ? null : List.copyOf(interfaces);
        devices = List.copyOf(devices);
        annotations = Map.copyOf(annotations);
    }

    /// This sandbox of another size.
    public SandboxConfig sized(int newVcpus, long newMemoryBytes) {
        return new SandboxConfig(
                id,
                hostname,
                hypervisor,
                factory,
                newVcpus,
                newMemoryBytes,
                sharedPidNamespace,
                containers,
                interfaces,
                devices,
                annotations);
    }

    /// A sandbox as the platform's configuration has it, with these containers.
    public SandboxConfig(String id, ContainerConfig... containers) {
        this(
                id,
                null,
                null,
                null,
                null,
                null,
                false,
                List.of(containers),
                null,
                List.of(),
                Map.of());
    }
}
