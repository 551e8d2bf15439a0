package io.sunaba.hypervisor.clh;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a VM is, as the REST API writes it (source: Cloud Hypervisor's OpenAPI description), as far
/// as it is used here. What is null is left to Cloud Hypervisor.
record VmConfig(
        Cpus cpus,
        Memory memory,
        Payload payload,
        List<Disk> disks,
        @Nullable List<Net> net,
        @Nullable List<Fs> fs,
        Serial serial,
        Console console,
        Vsock vsock,
        boolean pvpanic) {
    record Cpus(int bootVcpus, int maxVcpus) {}

    /// @param size the memory at boot, or 0 if there are zones
    /// @param shared whether other processes can map it
    record Memory(
            long size,
            boolean shared,
            @Nullable String hotplugMethod,
            @Nullable Long hotplugSize,
            @Nullable List<Zone> zones) {}

    /// A part of the memory.
    ///
    /// @param file what it is mapped from
    record Zone(
            String id,
            long size,
            @Nullable String file,
            boolean shared,
            @Nullable Long hotplugSize) {}

    record Payload(String kernel, String cmdline, String initramfs) {}

    /// @param pciDeviceId the number of its slot
    record Disk(
            String id,
            String path,
            boolean readonly,
            boolean direct,
            String imageType,
            @Nullable String serial,
            int pciDeviceId) {}

    record Net(String id, String mac, @Nullable Integer mtu, int pciDeviceId) {}

    record Fs(
            String id, String tag, String socket, int numQueues, int queueSize, int pciDeviceId) {}

    record Serial(String mode, @Nullable String socket) {}

    record Console(String mode) {}

    record Vsock(String id, int cid, String socket, int pciDeviceId) {}
}
