package io.sunaba.storage.leveldb;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Room on the disk, asked for before LevelDB writes.
///
/// It writes through memory that is mapped to its files, and what finds no room there is no error
/// but the end of the process, by SIGBUS. So nothing is begun that may need more than there is:
/// beside the records themselves that is a table of the latest ones, and what the tables take that
/// are made of others in the background before those go.
final class FreeSpace {
    /// For a log, a list of files, and the table of what is in memory.
    private static final long FIXED_BYTES = 8 << 20;

    /// More than LevelDB ever takes together of tables of 2 MiB.
    private static final long LARGEST_MERGE_BYTES = 64 << 20;

    private final Path directory;

    /// At least what the files have.
    private long size;

    FreeSpace(Path directory) throws IOException {
        this.directory = directory;
        this.size = sizeOf(directory);
    }

    /// @param bytes of the records that are to be written
    /// @throws IOException if there may be too little room
    void require(long bytes) throws IOException {
        size += bytes;
        if (free() < needed(bytes)) {
            size = sizeOf(directory) + bytes;
            long free = free();
            if (free < needed(bytes)) {
                throw new IOException(
                        "No space left on device: %d KiB are free, and it takes %d to write safely"
                                .formatted(free >> 10, needed(bytes) >> 10));
            }
        }
    }

    private long free() {
        return directory.toFile().getUsableSpace();
    }

    private long needed(long bytes) {
        return FIXED_BYTES + Math.min(size, LARGEST_MERGE_BYTES) + bytes;
    }

    static long sizeOf(Path directory) throws IOException {
        long size = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                size += sizeOfFile(file);
            }
        }
        return size;
    }

    private static long sizeOfFile(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0; // It has just become part of another.
        }
    }
}
