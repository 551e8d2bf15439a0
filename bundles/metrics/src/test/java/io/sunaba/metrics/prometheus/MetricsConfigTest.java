package io.sunaba.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsConfigTest {
    @Test
    void offUnlessTurnedOn() {
        assertThat(MetricsConfig.of(new Settings()))
                .isEqualTo(
                        new MetricsConfig(
                                false,
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9190),
                                Duration.ofSeconds(5)));
    }

    @Test
    void valuesAreTaken() {
        assertThat(MetricsConfig.of(new Settings("true", "::1", "80", "250 ms")))
                .isEqualTo(
                        new MetricsConfig(
                                true,
                                new InetSocketAddress(InetAddress.ofLiteral("::1"), 80),
                                Duration.ofMillis(250)));
    }

    @ParameterizedTest
    @CsvSource({
        "yes, 127.0.0.1, 80, 5s, enabled is 'yes'",
        "true, localhost, 80, 5s, address is 'localhost'",
        "true, 0.0.0.0, 80, 5s, address is '0.0.0.0'",
        "true, 127.0.0.1, 0, 5s, port is '0'",
        "true, 127.0.0.1, 65536, 5s, port is '65536'",
        "true, 127.0.0.1, http, 5s, port is 'http'",
        "true, 127.0.0.1, 80, 0s, scrape.timeout is '0s'",
        "true, 127.0.0.1, 80, soon, scrape.timeout is 'soon'"
    })
    void whatBreaksARuleIsNamed(
            String enabled, String address, String port, String timeout, String message) {
        assertThatThrownBy(() -> MetricsConfig.of(new Settings(enabled, address, port, timeout)))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("io.sunaba.metrics: " + message + ": it must be ");
    }
}
