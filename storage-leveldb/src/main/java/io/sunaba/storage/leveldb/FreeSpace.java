package io.sunaba.storage.leveldb;

import java.io.IOException;
import java.nio.file.Path;

/// Room on the disk, asked for before LevelDB writes.
///
/// It writes through memory that is mapped to its files, and what finds no room there is no error
/// but the end of the process, by SIGBUS. So nothing is begun that may need more than there is:
/// beside the records themselves that is the tables that it makes of them in the background.
final class FreeSpace {
    private static final long TABLES_BYTES = 8 << 20;

    private FreeSpace() {}

    /// @param bytes of the records that are to be written
    /// @throws IOException if there may be too little room
    static void require(Path directory, long bytes) throws IOException {
        long needed = TABLES_BYTES + bytes;
        long free = directory.toFile().getUsableSpace();
        if (free < needed) {
            throw new IOException(
                    "No space left on device: %d KiB are free, and it takes %d to write safely"
                            .formatted(free >> 10, needed >> 10));
        }
    }
}
