package io.sunaba.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.GuestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class GuestImagesTest {
    @TempDir Path directory;

    /// Writes an image whose files hold nothing of use.
    public static Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String file : new String[] {"vmlinux", "initrd", "root.erofs"}) {
            Files.writeString(directory.resolve(file), "1234");
        }
        Files.writeString(
                directory.resolve(GuestImages.MANIFEST),
                """
                # comment
                format=1
                buildHash=abc
                kernel.file=vmlinux
                kernel.size=4
                initrd.file=initrd
                initrd.size=4
                root.file=root.erofs
                root.size=4
                kernelArguments=quiet panic=1
                """);
        return directory;
    }

    @BeforeEach
    void write() throws IOException {
        write(directory);
    }

    @Test
    void imageIsReadFromItsManifest() {
        assertThat(GuestImages.load(directory))
                .isEqualTo(
                        new GuestImage(
                                directory.resolve("vmlinux"),
                                directory.resolve("initrd"),
                                directory.resolve("root.erofs"),
                                "quiet panic=1",
                                "abc"));
    }

    @Test
    void missingImageIsNamedWithTheRemedy() {
        fails(directory.resolve("none"), "none/guest.properties", "./dev build", "guest.image");
    }

    @Test
    void missingFileIsNamedWithTheRemedy() throws IOException {
        Files.delete(directory.resolve("vmlinux"));
        fails(directory, "kernel", directory.resolve("vmlinux").toString(), "./dev build");
    }

    @Test
    void fileThatIsCutShortIsNamed() throws IOException {
        Files.writeString(directory.resolve("initrd"), "12");
        fails(directory, directory.resolve("initrd").toString(), "has 2 bytes", "says 4");
    }

    @Test
    void manifestWithoutAKeyIsNamed() throws IOException {
        Files.writeString(directory.resolve(GuestImages.MANIFEST), "format=1\n");
        fails(directory, "kernel.file");
    }

    private static void fails(Path image, String... words) {
        assertThatThrownBy(() -> GuestImages.load(image))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll(words);
    }
}
