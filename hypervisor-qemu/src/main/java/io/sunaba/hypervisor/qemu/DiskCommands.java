package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.vmm.device.DeviceKind;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Objects;

/// The arguments of the QMP commands that deal with disks.
final class DiskCommands {
    static final String DRIVER = "virtio-blk-pci";

    private DiskCommands() {}

    static JsonObject blockdevAdd(DiskSpec disk) {
        JsonObject cache = new JsonObject();
        cache.addProperty("direct", disk.cache() == DiskSpec.Cache.NONE);
        cache.addProperty("no-flush", disk.cache() == DiskSpec.Cache.UNSAFE);
        JsonObject file = new JsonObject();
        file.addProperty("driver", Files.isRegularFile(disk.file()) ? "file" : "host_device");
        file.addProperty("filename", disk.file().toString());
        file.addProperty("read-only", disk.readOnly());
        file.add("cache", cache);
        JsonObject node = new JsonObject();
        node.addProperty("driver", disk.format().name().toLowerCase(Locale.ROOT));
        node.addProperty("node-name", DeviceKind.DISK.name(disk.id()));
        node.addProperty("read-only", disk.readOnly());
        node.add("cache", cache);
        node.add("file", file);
        return node;
    }

    static JsonObject blockdevDel(String name) {
        return QmpArguments.of("node-name", name);
    }

    /// Returns what a disk's device is to know.
    static JsonObject properties(DiskSpec disk) {
        JsonObject device = new JsonObject();
        device.addProperty("drive", DeviceKind.DISK.name(disk.id()));
        device.addProperty("serial", Objects.requireNonNullElse(disk.serial(), disk.id()));
        device.addProperty("disable-legacy", "on");
        return device;
    }

    /// Returns the arguments that leave out what a node is made of.
    static JsonObject flat() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("flat", true);
        return arguments;
    }
}
