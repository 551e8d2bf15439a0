package io.sunaba.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir private Path directory;

    @Test
    void variablesAreReplaced() throws Exception {
        Path file = write("a = ${sunaba.data}/x\nb = $plain");
        assertThat(Settings.read(file, Map.of("sunaba.data", "/d$1")))
                .isEqualTo(Map.of("a", "/d$1/x", "b", "$plain"));
        assertThatThrownBy(() -> Settings.read(file, Map.of()))
                .isInstanceOf(StartException.class)
                .hasMessage("%s: a: there is no variable ${sunaba.data}", file);
    }

    @Test
    void bundlesMustExistAndHaveALevel() throws Exception {
        Path jar = Files.createFile(directory.resolve("one.jar"));
        assertThat(Settings.readBundles(write("one.jar = 5"), directory)).isEqualTo(Map.of(jar, 5));
        assertThatThrownBy(() -> Settings.readBundles(write("two.jar = 5"), directory))
                .hasMessageEndingWith("two.jar, which does not exist");
        assertThatThrownBy(() -> Settings.readBundles(write("one.jar = soon"), directory))
                .hasMessageEndingWith("one.jar = soon: not a start level");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("file.properties"), text);
    }
}
