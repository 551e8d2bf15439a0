package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.DeviceInfo;
import org.jspecify.annotations.Nullable;

/// What is stored of a storage device that was added to a sandbox.
///
/// @param info what was asked for
/// @param machineId its id among the machine's devices, the same in each machine that the sandbox
///   gets
/// @param path where the guest finds it, or null for a share and while it is not plugged
/// @param intent what was begun with it and may not be done, or null
public record DeviceRecord(
        DeviceInfo info, String machineId, @Nullable PciPath path, @Nullable Intent intent) {
    /// What is stored before the machine is touched.
    public enum Intent {
        /// Adding it; to be undone.
        ADD,
        /// Removing it; to be completed, unless it is in use.
        REMOVE
    }

    public DeviceRecord {
        requireNonNull(info, "info is null");
        requireNonNull(machineId, "machineId is null");
    }

    public String id() {
        return info.id();
    }

    public DeviceRecord intending(@Nullable Intent begun) {
        return new DeviceRecord(info, machineId, path, begun);
    }

    public DeviceRecord at(@Nullable PciPath plugged) {
        return new DeviceRecord(info, machineId, plugged, intent);
    }

    DeviceRecord unplugged() {
        return at(null);
    }

    /// It is nobody's if it was this container's.
    DeviceRecord without(String containerId) {
        return containerId.equals(info.containerId())
                ? new DeviceRecord(nobodys(info), machineId, path, intent)
                : this;
    }

    private static DeviceInfo nobodys(DeviceInfo info) {
        return switch (info) {
            case DeviceInfo.Block block ->
                    new DeviceInfo.Block(
                            block.id(),
                            null,
                            null,
                            block.file(),
                            block.format(),
                            block.readOnly(),
                            block.cache(),
                            block.serial(),
                            block.fileSystem());
            case DeviceInfo.Share share ->
                    new DeviceInfo.Share(
                            share.id(), null, null, share.directory(), share.readOnly());
        };
    }
}
