package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a user gets wrong costs one clear line that names the value and the rule, and leaves
/// nothing.
class BadInputIT {
    private static Installation sunaba;
    private static final Path ROOTFS = Installation.rootfs();

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().cloning().start();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    @AfterEach
    void nothingIsLeft() {
        sunaba.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sandbox:create --nonesuch x | --nonesuch",
                "sandbox:create --id ../x | ../x",
                "sandbox:create --id '' | id",
                "sandbox:create --id 'a b' | a b",
                "sandbox:create --memory 1M | 128",
                "sandbox:create --memory 900G | 900",
                "sandbox:create --memory plenty | plenty",
                "sandbox:create --cpus 0 | 0",
                "sandbox:create --cpus 10000 | 10000",
                "sandbox:create --hypervisor nonesuch | nonesuch",
                "sandbox:create --factory nonesuch | nonesuch",
                "sandbox:status nonesuch | nonesuch",
                "sandbox:nonesuch | nonesuch",
                "sandbox:run --rootfs /nonesuch -- true | /nonesuch",
                "sandbox:run --rootfs /etc/passwd -- true | /etc/passwd",
                "sandbox:run -- true | --rootfs",
                "container:start nonesuch c | nonesuch",
            })
    void oneLineNamesTheValue(String line, String word) {
        sunaba.exec(line).expectOneLine(word);
    }

    @Test
    void idOfThreeHundredCharactersIsRefused() {
        sunaba.exec("sandbox:create --id " + "x".repeat(300)).expectOneLine("64");
    }

    @Test
    void runWithoutCommandIsRefused() {
        sunaba.exec("sandbox:run --rootfs " + ROOTFS).expectOneLine("command");
    }

    @Test
    void idInUseIsRefused() {
        sunaba.exec("sandbox:create --id twin --memory 128M").expectSuccess();
        sunaba.exec("sandbox:create --id twin --memory 128M").expectOneLine("twin");
        assertThat(sunaba.machines()).hasSize(1);
        sunaba.exec("sandbox:delete twin").expectSuccess();
    }
}
