package io.sunaba.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoreConfigTest {
    private static final Path DIRECTORY = Path.of("/somewhere");

    @Test
    void defaultsAreValid() {
        CoreConfig config = CoreConfig.of(Settings.of(DIRECTORY, Map.of()));
        assertThat(config.defaultHypervisor()).isEqualTo("qemu");
        assertThat(config.defaultMemoryBytes()).isEqualTo(256L << 20);
        assertThat(config.bootTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.guestImage()).isEqualTo(DIRECTORY.resolve("guest"));
    }

    @Test
    void orderOfFactoriesIsAListThatMayBeEmpty() {
        assertThat(order("")).isEmpty();
        assertThat(order("template , new")).containsExactly("template", "new");
        assertThat(CoreConfig.of(Settings.of(DIRECTORY, Map.of())).factoryFallback())
                .containsExactly("cache", "template", "new");
    }

    private static List<String> order(String text) {
        return CoreConfig.of(Settings.of(DIRECTORY, Map.of("factory.fallback", text)))
                .factoryFallback();
    }

    @ParameterizedTest
    @CsvSource({"4096,4096", "512K,524288", "128M,134217728", "2G,2147483648"})
    void sizesHaveSuffixes(String text, long bytes) {
        assertThat(Quantity.bytes("key", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "3s,3000", "2m,120000"})
    void durationsHaveUnits(String text, long millis) {
        assertThat(Quantity.duration("key", text)).hasMillis(millis);
    }

    @ParameterizedTest
    @CsvSource({
        "default.memory,plenty,number of bytes",
        "default.memory,99999999999999G,number of bytes",
        "maximum.memory,64M,maximum.memory",
        "boot.timeout,60,ms",
        "boot.timeout,0s,more than 0",
        "plugin.grace,-1s,ms",
        "default.factory,../new,letter",
        "factory.fallback,'template,../new',letter",
        "factory.fallback,'template,,new',letter",
        "factory.fallback,'new,template,new',twice",
        "guest.image,'',directory"
    })
    void badValueIsNamedWithItsRule(String key, String value, String rule) {
        assertThatThrownBy(() -> CoreConfig.of(Settings.of(DIRECTORY, Map.of(key, value))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(rule);
    }

    @Test
    void badNumberIsNamedWithItsRule() {
        assertThatThrownBy(() -> CoreConfig.of(Settings.of(DIRECTORY, Map.of("default.vcpus", 0))))
                .isInstanceOf(RejectedException.class)
                .hasMessage("default.vcpus is 0: it must be at least 1");
    }
}
