package io.sunaba.shell.device;

import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A storage device as it is shown.
///
/// @param id its id
/// @param kind `raw` or `qcow2` for a disk, `share` for a directory
/// @param source the file or directory of the host
/// @param readOnly whether the guest may only read
/// @param fileSystem what it is mounted as, or null
/// @param container the container that it was added for, or null
/// @param path where a container has it now, or null
/// @param cache how the host caches it, or null
/// @param serial the serial number that was asked for, or null
public record DeviceStatus(
        String id,
        String kind,
        Path source,
        boolean readOnly,
        @Nullable String fileSystem,
        @Nullable String container,
        @Nullable String path,
        @Nullable String cache,
        @Nullable String serial) {
    static DeviceStatus of(Device device) {
        return switch (device.info()) {
            case DeviceInfo.Block block ->
                    new DeviceStatus(
                            block.id(),
                            word(block.format()),
                            block.file(),
                            block.readOnly(),
                            block.fileSystem(),
                            block.containerId(),
                            device.guestPath(),
                            word(block.cache()),
                            block.serial());
            case DeviceInfo.Share share ->
                    new DeviceStatus(
                            share.id(),
                            "share",
                            share.directory(),
                            share.readOnly(),
                            null,
                            share.containerId(),
                            device.guestPath(),
                            null,
                            null);
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
