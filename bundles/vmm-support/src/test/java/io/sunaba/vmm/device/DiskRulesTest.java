package io.sunaba.vmm.device;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.DiskSpec.Cache;
import io.sunaba.hypervisor.DiskSpec.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRulesTest {
    @TempDir Path directory;

    private DiskSpec qcow2(long backingOffset, int version, long features) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(512);
        header.putInt(0, 0x514649fb).putInt(4, version).putLong(8, backingOffset);
        header.putLong(72, features);
        Path file = directory.resolve("disk.qcow2");
        Files.write(file, header.array());
        return disk(file, Format.QCOW2, null);
    }

    private static DiskSpec disk(Path file, Format format, @Nullable String serial) {
        return new DiskSpec("disk", file, format, true, Cache.WRITEBACK, serial);
    }

    @Test
    void imagesStandAlone() throws Exception {
        DiskSpec alone = qcow2(0, 3, 0);
        assertThatCode(() -> DiskRules.check(alone)).doesNotThrowAnyException();
        refused(qcow2(300, 2, 0), "refers to another image");
        refused(qcow2(0, 3, 4), "refers to another image");
        Files.write(directory.resolve("raw"), new byte[512]);
        refused(disk(directory.resolve("raw"), Format.QCOW2, null), "is no QCOW2 image");
        Files.write(directory.resolve("short"), new byte[5]);
        refused(disk(directory.resolve("short"), Format.QCOW2, null), "is no QCOW2 image");
    }

    @Test
    void serialNumbersFit() throws Exception {
        Path file = Files.createFile(directory.resolve("raw"));
        assertThatCode(() -> DiskRules.check(disk(file, Format.RAW, "x".repeat(20))))
                .doesNotThrowAnyException();
        refused(disk(file, Format.RAW, "x".repeat(21)), "1 to 20 characters");
        refused(disk(file, Format.RAW, ""), "1 to 20 characters");
        // Without one the id takes its place, and would be cut off.
        refused(
                new DiskSpec("d".repeat(21), file, Format.RAW, true, Cache.NONE, null),
                "1 to 20 characters");
    }

    private static void refused(DiskSpec disk, String rule) {
        assertThatThrownBy(() -> DiskRules.check(disk))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(rule)
                .hasMessageContaining(disk.id());
    }
}
