package io.sunaba.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    private static final long SOMEBODY = 1000;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private Path temporary;

    private Path data;

    @BeforeEach
    void createData() throws IOException {
        data = Files.createDirectory(temporary.resolve("data"));
    }

    @Test
    void rootHasItsOwnPlace() throws IOException {
        assertThat(RunDirectory.of(data, 0, Map.of("XDG_RUNTIME_DIR", "/run")))
                .hasParentRaw(Path.of("/run/sunaba"));
    }

    @Test
    void aServicesDirectoryComesFirst() throws IOException {
        assertThat(
                        RunDirectory.of(
                                data,
                                SOMEBODY,
                                Map.of("RUNTIME_DIRECTORY", "/run", "XDG_RUNTIME_DIR", "/tmp")))
                .hasParentRaw(Path.of("/run"));
        assertThat(RunDirectory.of(data, SOMEBODY, Map.of("XDG_RUNTIME_DIR", "/run")))
                .hasParentRaw(Path.of("/run/sunaba"));
    }

    @Test
    void whatIsNoShortDirectoryIsPassedOver() throws IOException {
        for (String path :
                new String[] {
                    "run", "/nonesuch", "/run:/tmp", "/run/" + "/".repeat(80), "/proc/version"
                }) {
            assertThat(
                            RunDirectory.of(
                                    data,
                                    SOMEBODY,
                                    Map.of("RUNTIME_DIRECTORY", path, "XDG_RUNTIME_DIR", path)))
                    .as(path)
                    .hasParentRaw(Path.of("/tmp/sunaba-1000"));
        }
    }

    @Test
    void oneThatIsThereStays() throws IOException {
        Path first = RunDirectory.of(data, SOMEBODY, Map.of("XDG_RUNTIME_DIR", "/run"));
        Path kept = Files.createDirectory(temporary.resolve(first.getFileName()));
        Files.createSymbolicLink(data.resolve("run"), kept);

        assertThat(RunDirectory.of(data, SOMEBODY, Map.of())).isEqualTo(kept);
        Files.delete(kept);
        assertThat(RunDirectory.of(data, SOMEBODY, Map.of()))
                .hasParentRaw(Path.of("/tmp/sunaba-1000"));
    }

    @Test
    void oneOfAnotherDataDirectoryIsNotTaken() throws IOException {
        Path other = Files.createDirectory(temporary.resolve("0123456789ab"));
        Files.createSymbolicLink(data.resolve("run"), other);

        assertThat(RunDirectory.of(data, SOMEBODY, Map.of()))
                .hasParentRaw(Path.of("/tmp/sunaba-1000"));
    }
}
