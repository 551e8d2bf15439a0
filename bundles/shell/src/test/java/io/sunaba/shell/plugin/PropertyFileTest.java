package io.sunaba.shell.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertyFileTest {
    @TempDir Path directory;

    private String after(String before, String key, String value) throws Exception {
        Path file = Files.writeString(directory.resolve("a.cfg"), before);
        new PropertyFile(file).set(key, value);
        return Files.readString(file);
    }

    @Test
    void aPropertyIsSetInItsPlaceOrInThatOfItsDefault() throws Exception {
        assertThat(after("# why\ndefault.agent = a\nb = c\n", "default.agent", "kata"))
                .isEqualTo("# why\ndefault.agent = kata\nb = c\n");
        assertThat(after("#default.agent = kata\n# default.agent: no\n", "default.agent", "x"))
                .isEqualTo("default.agent = x\n# default.agent: no\n");
        assertThat(after("#k = 1\n k : 2\n", "k", "3")).isEqualTo("#k = 1\nk = 3\n");
        assertThat(after("default.agents = a\n", "default.agent", "kata"))
                .isEqualTo("default.agents = a\ndefault.agent = kata\n");
    }

    @Test
    void theFileKeepsItsPermissionsAndNothingIsLeftBesideIt() throws Exception {
        Path file = Files.writeString(directory.resolve("a.cfg"), "k = 1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        new PropertyFile(file).set("k", "2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(directory).isDirectoryContaining(file::equals);
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() {
        Path file = directory.resolve("none/a.cfg");
        assertThatThrownBy(() -> new PropertyFile(file).set("k", "2"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot write " + file);
    }
}
