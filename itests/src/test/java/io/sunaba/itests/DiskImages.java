package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Disk images as a user brings them, and what is on them.
final class DiskImages {
    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    private static final long COPIED = 1L << 63;

    private DiskImages() {}

    /// Makes a raw image of 16 MiB with an ext4 file system that holds one file, `host`.
    static Path ext4(Path image, String content) throws IOException {
        Path files = Files.createTempDirectory(image.getParent(), "files");
        Files.writeString(files.resolve("host"), content);
        run("mkfs.ext4", "-q", "-F", "-d", files.toString(), image.toString(), "16M");
        return image;
    }

    /// Makes a raw image with nothing on it.
    static Path blank(Path image) throws IOException {
        return Files.write(image, new byte[1 << 20]);
    }

    /// Makes a block device of an image.
    static Path attach(Path image) throws IOException {
        return Path.of(run("losetup", "--find", "--show", image.toString()).strip());
    }

    static void detach(Path device) throws IOException {
        run("losetup", "--detach", device.toString());
    }

    /// Returns a file of an ext4 image that nobody has mounted.
    static String read(Path image, String file) throws IOException {
        return run("debugfs", "-R", "cat " + file, image.toString());
    }

    /// Makes a qcow2 image of a raw one (source: QEMU, docs/interop/qcow2.txt).
    static Path qcow2(Path raw, Path image) throws IOException {
        byte[] content = Files.readAllBytes(raw);
        int clusters = (content.length + CLUSTER - 1) / CLUSTER;
        // Header, refcount table, refcount block, L1 table, L2 table, data.
        ByteBuffer file = ByteBuffer.allocate((5 + clusters) * CLUSTER);
        file.putInt(0x514649fb).putInt(3).putLong(0).putInt(0).putInt(CLUSTER_BITS);
        file.putLong(content.length).putInt(0).putInt(1).putLong(3 * CLUSTER);
        file.putLong(CLUSTER).putInt(1).putInt(0).putLong(0);
        file.putLong(0).putLong(0).putLong(0).putInt(4).putInt(104);
        file.putLong(CLUSTER, 2 * CLUSTER);
        for (int i = 0; i < 5 + clusters; i++) {
            file.putShort(2 * CLUSTER + 2 * i, (short) 1);
        }
        file.putLong(3 * CLUSTER, COPIED | (4 * CLUSTER));
        for (int i = 0; i < clusters; i++) {
            file.putLong(4 * CLUSTER + 8 * i, COPIED | ((5L + i) * CLUSTER));
        }
        file.put(5 * CLUSTER, content);
        return Files.write(image, file.array());
    }

    private static String run(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            assertThat(process.waitFor()).as(List.of(command).toString()).isZero();
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
        return output;
    }
}
