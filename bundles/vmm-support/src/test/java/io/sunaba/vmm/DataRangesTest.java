package io.sunaba.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataRangesTest {
    private static final long MEBIBYTE = 1024 * 1024;

    @TempDir Path directory;

    @Test
    void tellsWhereDataIs() throws Exception {
        Path path = directory.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(64 * MEBIBYTE);
            file.seek(8 * MEBIBYTE + 5);
            file.write(1);
            file.seek(64 * MEBIBYTE - 1);
            file.write(1);
        }
        assertThat(DataRanges.of(path))
                .anyMatch(range -> contains(range, 8 * MEBIBYTE + 5))
                .anyMatch(range -> contains(range, 64 * MEBIBYTE - 1))
                .noneMatch(range -> contains(range, 32 * MEBIBYTE))
                .allMatch(range -> range.start() < range.end());
    }

    private static boolean contains(DataRanges.Range range, long offset) {
        return range.start() <= offset && offset < range.end();
    }

    @Test
    void emptyFileHasNone() throws Exception {
        assertThat(DataRanges.of(Files.createFile(directory.resolve("empty")))).isEmpty();
    }

    @Test
    void missingFileIsNamed() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> DataRanges.of(missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot open " + missing);
    }
}
