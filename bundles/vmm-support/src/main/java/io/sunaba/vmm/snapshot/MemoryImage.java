package io.sunaba.vmm.snapshot;

import io.sunaba.vmm.DataRanges;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The memory of a guest in a sparse file. Blocks of zeros are neither written nor part of the
/// checksum, so the same content has the same checksum wherever its holes are.
public final class MemoryImage {
    public static final int BLOCK = 16 * 1024;

    private final FileChannel source;
    private final @Nullable FileChannel target;
    private final CRC32C checksum = new CRC32C();
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
    private final ByteBuffer position = ByteBuffer.allocate(Long.BYTES);

    private MemoryImage(FileChannel source, @Nullable FileChannel target) {
        this.source = source;
        this.target = target;
    }

    /// Copies memory into a new file and returns its checksum. Durable on return.
    ///
    /// @throws java.nio.channels.ClosedByInterruptException when interrupted
    public static long copy(Path from, Path to, long size) throws IOException {
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel target = SavedMachine.create(to)) {
            long checksum = new MemoryImage(source, target).run(DataRanges.of(from));
            if (target.size() < size) {
                // A hole up to the end.
                target.write(ByteBuffer.allocate(1), size - 1);
            }
            target.force(true);
            return checksum;
        }
    }

    /// Reads memory and returns its checksum.
    ///
    /// @throws java.nio.channels.ClosedByInterruptException when interrupted
    public static long checksum(Path file) throws IOException {
        try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ)) {
            return new MemoryImage(source, null).run(DataRanges.of(file));
        }
    }

    private long run(Iterable<DataRanges.Range> ranges) throws IOException {
        long next = 0;
        for (DataRanges.Range range : ranges) {
            next = Math.max(next, range.start() / BLOCK * BLOCK);
            while (next < range.end()) {
                take(next);
                next += BLOCK;
            }
        }
        return checksum.getValue();
    }

    private void take(long offset) throws IOException {
        read(offset);
        if (block.mismatch(zeros.clear().limit(block.limit())) < 0) {
            return;
        }
        checksum.update(position.clear().putLong(offset).flip());
        checksum.update(block.duplicate());
        if (target != null) {
            while (block.hasRemaining()) {
                target.write(block, offset + block.position());
            }
        }
    }

    private void read(long offset) throws IOException {
        block.clear().limit((int) Math.min(BLOCK, source.size() - offset));
        while (block.hasRemaining()) {
            if (source.read(block, offset + block.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        block.flip();
    }
}
