package io.sunaba.vmm.device;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.DiskSpec.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a disk must be before a VMM gets to see it.
public final class DiskRules {
    private static final int LONGEST_SERIAL = 20;

    // source: QEMU's docs/interop/qcow2.txt
    private static final int QCOW2_MAGIC = 0x514649fb;
    private static final int QCOW2_BACKING_OFFSET = 8;
    private static final int QCOW2_VERSION_OFFSET = 4;
    private static final int QCOW2_FEATURES_OFFSET = 72;
    private static final int QCOW2_HEADER_BYTES = 80;
    private static final long QCOW2_EXTERNAL_DATA = 4;

    private DiskRules() {}

    /// Checks a disk.
    ///
    /// @throws RejectedException if a rule is broken
    /// @throws NotFoundException if the file is missing
    public static void check(DiskSpec disk) {
        DeviceRules.checkId(DeviceKind.DISK, disk.id());
        String serial = disk.serial() == null ? disk.id() : disk.serial();
        if (serial.isEmpty() || serial.length() > LONGEST_SERIAL) {
            throw new RejectedException(
                    "serial number '%s' of disk %s must have 1 to %d characters"
                            .formatted(serial, disk.id(), LONGEST_SERIAL));
        }
        if (!Files.exists(disk.file())) {
            throw new NotFoundException(
                    "file %s of disk %s does not exist".formatted(disk.file(), disk.id()));
        }
        if (Files.isDirectory(disk.file()) || !Files.isReadable(disk.file())) {
            throw new RejectedException(
                    "file %s of disk %s must be a readable file or block device"
                            .formatted(disk.file(), disk.id()));
        }
        if (disk.format() == Format.QCOW2) {
            checkAlone(disk.id(), disk.file());
        }
    }

    /// An image can name other files, and a VMM would open them: whoever made the image could read
    /// what the VMM can read.
    private static void checkAlone(String id, Path file) {
        ByteBuffer header;
        try (InputStream image = Files.newInputStream(file)) {
            header = ByteBuffer.wrap(image.readNBytes(QCOW2_HEADER_BYTES));
        } catch (IOException e) {
            throw new RejectedException("file %s of disk %s cannot be read".formatted(file, id), e);
        }
        if (header.limit() < QCOW2_HEADER_BYTES || header.getInt(0) != QCOW2_MAGIC) {
            throw new RejectedException("file %s of disk %s is no QCOW2 image".formatted(file, id));
        }
        boolean external =
                header.getInt(QCOW2_VERSION_OFFSET) >= 3
                        && (header.getLong(QCOW2_FEATURES_OFFSET) & QCOW2_EXTERNAL_DATA) != 0;
        if (external || header.getLong(QCOW2_BACKING_OFFSET) != 0) {
            throw new RejectedException(
                    "file %s of disk %s refers to another image; it must stand alone"
                            .formatted(file, id));
        }
    }
}
