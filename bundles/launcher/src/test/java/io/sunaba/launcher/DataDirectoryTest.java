package io.sunaba.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DataDirectoryTest {
    private static final Path HOME = Path.of("/opt/sunaba");

    @TempDir private Path temporary;

    @Test
    void oneProcessHoldsIt() throws Exception {
        Path data = temporary.resolve("new/data");
        Process holder =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                data.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader output = holder.inputReader(UTF_8)) {
            assertThat(output.readLine()).isEqualTo("held");
            assertThatThrownBy(() -> DataDirectory.open(data, HOME))
                    .isInstanceOfSatisfying(
                            StartException.class, e -> assertThat(e.running()).isTrue())
                    .hasMessage(
                            "the data directory %s is in use by process %d"
                                    .formatted(data, holder.pid()));
            assertThatThrownBy(() -> DataDirectory.open(data, temporary))
                    .isInstanceOfSatisfying(
                            StartException.class, e -> assertThat(e.running()).isFalse())
                    .hasMessageContaining("of another distribution");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (DataDirectory free = DataDirectory.open(data, HOME)) {
            assertThat(free.path()).isEqualTo(data.toRealPath());
            assertThat(Files.getPosixFilePermissions(data)).isEqualTo(DataDirectory.OWNER_ONLY);
        }
    }

    @Test
    void aFileIsNoDirectory() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> DataDirectory.open(file, HOME))
                .isInstanceOf(StartException.class)
                .hasMessage("the data directory %s cannot be used: %1$s is not a directory", file);
    }

    @Test
    void theRunDirectoryIsPrivateAndNoLink() throws Exception {
        Path base = temporary.resolve("run");
        RunDirectory.requirePrivate(base);
        assertThat(Files.getPosixFilePermissions(base)).isEqualTo(DataDirectory.OWNER_ONLY);
        RunDirectory.requirePrivate(base);

        Path machines = Files.createDirectories(base.resolve("machines"));
        Path socket = Files.createFile(machines.resolve("socket"));
        RunDirectory.removeIfEmpty(base);
        assertThat(socket).exists();
        Files.delete(socket);
        RunDirectory.removeIfEmpty(base);
        assertThat(base).doesNotExist();

        RunDirectory.requirePrivate(base);
        Path link = Files.createSymbolicLink(temporary.resolve("link"), base);
        assertThatThrownBy(() -> RunDirectory.requirePrivate(link))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("not a directory");
    }

    /// Holds a data directory until it is killed.
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            try (DataDirectory _ = DataDirectory.open(Path.of(arguments[0]), HOME)) {
                System.out.println("held");
                System.out.println(System.in.read());
            }
        }
    }
}
