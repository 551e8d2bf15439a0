package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sunaba.hypervisor.DiskSpec;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Objects;

/// The arguments of the QMP commands that deal with disks.
final class DiskCommands {
    private static final String PREFIX = "disk-";

    private DiskCommands() {}

    /// Returns the name of a disk's node and device.
    static String name(String diskId) {
        return PREFIX + diskId;
    }

    static boolean isDisk(String name) {
        return name.startsWith(PREFIX);
    }

    static String diskId(String name) {
        return name.substring(PREFIX.length());
    }

    /// Returns the slot of a device.
    ///
    /// @param address its `addr` property: the slot and, in the last three bits, the function
    static int slotOf(JsonElement address) {
        return address.getAsInt() >> 3;
    }

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
        node.addProperty("node-name", name(disk.id()));
        node.addProperty("read-only", disk.readOnly());
        node.add("cache", cache);
        node.add("file", file);
        return node;
    }

    static JsonObject blockdevDel(String name) {
        return object("node-name", name);
    }

    static JsonObject deviceAdd(DiskSpec disk, int slot) {
        JsonObject device = new JsonObject();
        device.addProperty("driver", "virtio-blk-pci");
        device.addProperty("id", name(disk.id()));
        device.addProperty("drive", name(disk.id()));
        device.addProperty("serial", Objects.requireNonNullElse(disk.serial(), disk.id()));
        device.addProperty("bus", CommandLine.BRIDGE);
        device.addProperty("addr", Integer.toHexString(slot));
        device.addProperty("disable-legacy", "on");
        return device;
    }

    static JsonObject deviceDel(String name) {
        return object("id", name);
    }

    static JsonObject qomList(String path) {
        return object("path", path);
    }

    static JsonObject qomGet(String path, String property) {
        JsonObject arguments = object("path", path);
        arguments.addProperty("property", property);
        return arguments;
    }

    /// Returns the arguments that leave out what a node is made of.
    static JsonObject flat() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("flat", true);
        return arguments;
    }

    private static JsonObject object(String key, String value) {
        JsonObject object = new JsonObject();
        object.addProperty(key, value);
        return object;
    }
}
