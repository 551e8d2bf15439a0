package io.sunaba.webconsole;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileTest {
    private static final String PASSWORD = "a:long päss word";

    @TempDir Path folder;

    private PasswordFile file(String text, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("password"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return new PasswordFile(file);
    }

    private static String basic(String text) {
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void thePasswordLetsAnyNameIn() throws Exception {
        PasswordFile file = file(PASSWORD + "\n", "rw-------");

        assertThat(file.admits(basic("anybody:" + PASSWORD))).isTrue();
        assertThat(file.admits(basic(":" + PASSWORD).replace("Basic", "basic"))).isTrue();
    }

    @Test
    void nothingElseDoes() throws Exception {
        PasswordFile file = file(PASSWORD, "rw-------");

        assertThat(file.admits(null)).isFalse();
        assertThat(file.admits("")).isFalse();
        assertThat(file.admits("Basic")).isFalse();
        assertThat(file.admits("Basic ***")).isFalse();
        assertThat(file.admits("Bearer " + PASSWORD)).isFalse();
        assertThat(file.admits(basic("admin:admin"))).isFalse();
        assertThat(file.admits(basic("admin:"))).isFalse();
        assertThat(file.admits(basic("admin:" + PASSWORD + "\n"))).isFalse();
    }

    @Test
    void aFileThatIsNotInOrderLetsNobodyIn() throws Exception {
        assertThat(file(PASSWORD, "rw-r-----").admits(basic("a:" + PASSWORD))).isFalse();
        assertThat(file("admin", "rw-------").admits(basic("a:admin"))).isFalse();
        assertThat(file("", "rw-------").admits(basic("a:"))).isFalse();
        assertThat(new PasswordFile(folder.resolve("none")).admits(basic("a:"))).isFalse();
    }
}
