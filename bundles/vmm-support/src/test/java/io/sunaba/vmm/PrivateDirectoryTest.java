package io.sunaba.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
    @TempDir Path directory;

    @Test
    void isMadePrivate() throws Exception {
        Path deep = directory.resolve("a/b");
        PrivateDirectory.ensure(deep);
        assertThat(permissions(deep)).isEqualTo("rwx------");
        Files.setPosixFilePermissions(deep, PosixFilePermissions.fromString("rwxrwxrwx"));
        PrivateDirectory.ensure(deep);
        assertThat(permissions(deep)).isEqualTo("rwx------");
        assertThatThrownBy(() -> PrivateDirectory.create(deep))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void anotherPlaceBehindALinkIsNotTakenForIt() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        assertThatThrownBy(() -> PrivateDirectory.ensure(link)).isInstanceOf(IOException.class);
    }

    @Test
    void filesAreWrittenWholeAlsoWhenInterrupted() throws Exception {
        Path file = directory.resolve("file");
        PrivateDirectory.write(file, "one");
        Thread.currentThread().interrupt();
        PrivateDirectory.write(file, "two");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("two");
        assertThat(directory).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void isDeletedWithAllInIt() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("kept"));
        Path doomed = directory.resolve("doomed");
        PrivateDirectory.ensure(doomed.resolve("inner"));
        Files.createFile(doomed.resolve("inner/file"));
        Files.createSymbolicLink(doomed.resolve("link"), elsewhere);
        PrivateDirectory.delete(doomed);
        PrivateDirectory.delete(doomed);
        assertThat(doomed).doesNotExist();
        assertThat(elsewhere.resolve("kept")).exists();
    }

    @Test
    void tailHasLinesWithoutControlCharacters() throws Exception {
        Path text = directory.resolve("text");
        assertThat(TextTail.lines(text, 5)).isEmpty();
        Files.writeString(text, "x".repeat(100_000) + "\none\r\n\n\u001b[31mtwo\u0007\nthree");
        assertThat(TextTail.lines(text, 2)).containsExactly(" [31mtwo", "three");
        assertThat(TextTail.lines(text, 3)).first().isEqualTo("one");
        assertThat(TextTail.lines(text, 0)).isEmpty();
        Files.write(text, "\uFFFDé\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(TextTail.lines(text, 1)).hasSize(1);
    }
}
