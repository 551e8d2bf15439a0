package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KataAgentConfigTest {
    @ParameterizedTest
    @CsvSource({"60s,PT60S", "250ms,PT0.25S", "2m,PT2M"})
    void readsATime(String text, Duration time) {
        assertThat(KataAgentConfig.of(text, Map.of()).requestTimeout()).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60", "0s", "-1s", "1h", "soon", "99999999999s"})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> KataAgentConfig.of(text, Map.of("request.timeout", text)))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "io.sunaba.agent.kata: request.timeout is '%s': it must be a number above 0"
                                + " with ms, s or m",
                        text);
    }

    @Test
    void refusesAPropertyThatNobodyKnows() {
        assertThatThrownBy(() ->
                        KataAgentConfig.of(
                                "60s",
                                Map.of(
                                        "request.timeuot", "60s",
                                        "service.pid", "io.sunaba.agent.kata",
                                        "felix.fileinstall.filename", "file:/etc/a.cfg",
                                        "component.id", 7L)))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "io.sunaba.agent.kata: unknown property [request.timeuot]; known is"
                                + " request.timeout");
    }
}
