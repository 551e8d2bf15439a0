package io.sunaba.core.validation;

import static io.sunaba.core.validation.Rules.quoted;
import static io.sunaba.core.validation.Rules.require;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.DeviceInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Rules for storage devices.
public final class DeviceRules {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern SERIAL = Pattern.compile("[ -~]{1,20}");
    private static final Set<String> ROOTS = Set.of("/", "/dev", "/proc", "/sys");

    // source: QEMU, docs/interop/qcow2.txt
    private static final int QCOW2_MAGIC = 0x514649fb;

    // source: Linux, stat(2)
    private static final int TYPE_MASK = 0xf000;
    private static final int BLOCK_DEVICE = 0x6000;

    private DeviceRules() {}

    /// Checks a device, its file included.
    public static void check(DeviceInfo device) {
        require(
                ID.matcher(device.id()).matches(),
                "device id",
                quoted(device.id()),
                "1 to 32 characters of a-z 0-9 -, a letter first");
        checkPlace(device);
        switch (device) {
            case DeviceInfo.Block block -> check(block);
            case DeviceInfo.Share share -> check(share);
        }
    }

    private static void checkPlace(DeviceInfo device) {
        String id = device.id();
        if (device.containerId() == null) {
            if (device.destination() != null) {
                throw new RejectedException(
                        "device %s has the destination %s and no container: it must have both or none"
                                .formatted(id, quoted(device.destination())));
            }
            return;
        }
        Rules.requireId("container id of device " + id, device.containerId());
        if (device.destination() == null) {
            throw new RejectedException(
                    "device %s has the container %s and no destination: it must have both or none"
                            .formatted(id, device.containerId()));
        }
        checkDestination("destination of device " + id, device.destination());
    }

    /// Checks where in a container a device is to be.
    static void checkDestination(String what, String destination) {
        require(
                destination.startsWith("/")
                        && destination.indexOf('\0') < 0
                        && Path.of(destination).normalize().toString().equals(destination),
                what,
                quoted(destination),
                "an absolute path, with no . or .. and no / at its end");
        require(
                !ROOTS.contains(destination)
                        && Stream.of("/proc/", "/sys/").noneMatch(destination::startsWith),
                what,
                quoted(destination),
                "below another directory than /, /proc and /sys");
    }

    private static void check(DeviceInfo.Block block) {
        String what = "file of device " + block.id();
        Path file = block.file();
        requireThere(what, file);
        require(
                Files.isRegularFile(file) || isBlockDevice(file),
                what,
                file,
                "a regular file or a block device");
        require(
                block.readOnly() || Files.isWritable(file),
                what,
                file,
                "writable, or the device read-only");
        boolean qcow2 = isQcow2(what, file);
        switch (block.format()) {
            case RAW -> require(!qcow2, what, file, "raw, and it is a qcow2 image");
            case QCOW2 -> require(qcow2, what, file, "a qcow2 image, and it is none");
        }
        if (block.serial() != null) {
            require(
                    SERIAL.matcher(block.serial()).matches(),
                    "serial of device " + block.id(),
                    quoted(block.serial()),
                    "1 to 20 printable characters");
        }
        if (block.fileSystem() != null) {
            require(
                    ContainerRules.FILE_SYSTEM.matcher(block.fileSystem()).matches(),
                    "file system of device " + block.id(),
                    quoted(block.fileSystem()),
                    "a type such as ext4");
        }
    }

    private static void check(DeviceInfo.Share share) {
        String what = "directory of device " + share.id();
        requireThere(what, share.directory());
        require(Files.isDirectory(share.directory()), what, share.directory(), "a directory");
    }

    private static void requireThere(String what, Path path) {
        require(path.isAbsolute(), what, quoted(path.toString()), "an absolute path");
        require(Files.exists(path), what, path, "there, and it is not");
        require(Files.isReadable(path), what, path, "readable");
    }

    private static boolean isBlockDevice(Path file) {
        try {
            return Files.getAttribute(file, "unix:mode") instanceof Integer mode
                    && (mode & TYPE_MASK) == BLOCK_DEVICE;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isQcow2(String what, Path file) {
        try (InputStream image = Files.newInputStream(file)) {
            byte[] magic = image.readNBytes(Integer.BYTES);
            return magic.length == Integer.BYTES && ByteBuffer.wrap(magic).getInt() == QCOW2_MAGIC;
        } catch (IOException e) {
            throw new RejectedException(what + " is " + file + ": it cannot be read", e);
        }
    }
}
