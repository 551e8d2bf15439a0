package io.sunaba.shell.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.sandbox.Resources;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.command.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceOptionsTest {
    private static final Resources OLD = new Resources(512L, 1000L, 50_000L, "0", 1L << 30, 9L);

    private static Resources changed(Resources old, String... words) {
        Syntax syntax = new Syntax("box", "run", "Run").with(ResourceOptions.ALL);
        return ResourceOptions.changed(Arguments.parse(syntax, List.of(words)), old);
    }

    @Test
    void whatIsNotSaidStays() {
        assertThat(changed(OLD)).isEqualTo(OLD);
        assertThat(changed(OLD, "--memory-limit", "-1", "--pids-limit", "7"))
                .isEqualTo(new Resources(512L, 1000L, 50_000L, "0", -1L, 7L));
    }

    @Test
    void cpusAreAQuotaOfThePeriod() {
        assertThat(changed(Resources.UNCHANGED, "--cpus", "1.5"))
                .isEqualTo(new Resources(null, 150_000L, 100_000L, null, null, null));
        assertThat(changed(OLD, "--cpus", "2").cpuQuotaMicros()).isEqualTo(100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "x", "-1", "1.", "0.0", "99999"})
    void cpusAreAPositiveNumber(String text) {
        assertThatThrownBy(() -> changed(OLD, "--cpus", text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--cpus " + text);
    }

    @Test
    void aQuotaIsGivenOnce() {
        assertThatThrownBy(() -> changed(OLD, "--cpus", "1", "--cpu-quota", "5000"))
                .hasMessageContaining("--cpus and --cpu-quota exclude each other");
    }
}
