package io.sunaba.factory.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import java.lang.annotation.Annotation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CacheConfigTest {
    private record Written(String base, String agent, int size, String memory, String expiry)
            implements CacheSettings {
        @Override
        public Class<? extends Annotation> annotationType() {
            return CacheSettings.class;
        }
    }

    private static CacheConfig read(String base, int size, String memory, String expiry) {
        return CacheConfig.of(new Written(base, "kata", size, memory, expiry));
    }

    @Test
    void isRead() {
        assertThat(read(" template ", 2, "512M", "90s"))
                .isEqualTo(
                        new CacheConfig("template", "kata", 2, 512 << 20, Duration.ofSeconds(90)));
        assertThat(read("new", 0, "4096", "2h").expiry()).isEqualTo(Duration.ofHours(2));
        assertThat(read("new", 0, "3G", "5m").memoryBytes()).isEqualTo(3L << 30);
        assertThat(read("new", 0, "8K", "5m").memoryBytes()).isEqualTo(8 << 10);
    }

    @Test
    void isCheckedAndTheFailureNamesKeyValueAndRule() {
        assertThatThrownBy(() -> read("cache", 2, "1G", "1h"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("base", "'cache'", "another VM factory");
        assertThatThrownBy(() -> read("new", -1, "1G", "1h"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("size", "'-1'", "from 0 to 1000");
        assertThatThrownBy(() -> read("new", 2, "lots", "1h"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("memory", "'lots'", "K, M or G");
        assertThatThrownBy(() -> read("new", 2, "0", "1h"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("memory", "at least 1");
        assertThatThrownBy(() -> read("new", 2, "1G", "1d"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("expiry", "'1d'", "s, m or h");
        assertThatThrownBy(() -> read("new", 2, "1G", "0s"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("expiry", "more than 0");
    }
}
