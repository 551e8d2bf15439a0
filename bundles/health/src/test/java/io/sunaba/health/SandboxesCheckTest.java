package io.sunaba.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SandboxesCheckTest {
    private static SandboxStatus status(String id, @Nullable String reason) {
        return new SandboxStatus(
                id,
                SandboxState.STOPPED,
                reason,
                "qemu",
                "new",
                1,
                1L << 28,
                Instant.EPOCH,
                List.of(),
                Map.of());
    }

    @Test
    void sandboxesThatWereStoppedAreWell() {
        assertThat(SandboxesCheck.result(List.of()).isOk()).isTrue();
        assertThat(SandboxesCheck.result(List.of(status("a", null))).isOk()).isTrue();
    }

    @Test
    void oneThatIsDamagedIsNamedWithTheReason() {
        Result result =
                SandboxesCheck.result(
                        List.of(status("a", null), status("b", "record b is damaged")));

        assertThat(result.getStatus()).isEqualTo(Result.Status.WARN);
        assertThat(result.toString()).contains("sandbox b: record b is damaged");
    }
}
