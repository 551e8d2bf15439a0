package io.sunaba.vmm.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConfigRulesTest {
    private static final List<String> KEYS = List.of("binary", "accel");

    private final ConfigRules rules = new ConfigRules("io.sunaba.test");

    private static void refused(String message, ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOf(RejectedException.class)
                .hasMessage("io.sunaba.test: " + message);
    }

    @Test
    void program() {
        assertThat(rules.program("binary", " qemu ")).isEqualTo("qemu");
        refused("binary is ' ' but must be a path or a name", () -> rules.program("binary", " "));
    }

    @Test
    void runtimeDirectory() {
        assertThat(rules.runtimeDirectory("/run/sunaba/../vm")).isEqualTo(Path.of("/run/vm"));
        String longest = "/" + "ü".repeat(29) + "x";
        assertThat(rules.runtimeDirectory(longest)).isEqualTo(Path.of(longest));
        for (String value : List.of("", "run", longest + "x", "/" + "ü".repeat(30))) {
            refused(
                    "runtime.directory is '%s' but must be an absolute path of at most 60 bytes"
                            .formatted(value),
                    () -> rules.runtimeDirectory(value));
        }
    }

    @Test
    void timeout() {
        assertThat(rules.timeout("t", "250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(rules.timeout("t", "5s")).isEqualTo(Duration.ofSeconds(5));
        assertThat(rules.timeout("t", "20m")).isEqualTo(Duration.ofMinutes(20));
        for (String value : List.of("", "0s", "5", "-1s", "1h", "s")) {
            refused(
                    "t is '%s' but must be a number above 0 with ms, s or m".formatted(value),
                    () -> rules.timeout("t", value));
        }
    }

    @Test
    void keys() {
        rules.checkKeys(Set.of("binary", "service.pid", "felix.fileinstall.filename"), KEYS);
        refused(
                "binari is no key; there are [binary, accel]",
                () -> rules.checkKeys(Set.of("binari"), KEYS));
    }
}
