package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import io.sunaba.shell.control.TestClient.Outcome;
import org.junit.jupiter.api.Test;

/// The command `sandbox:top`.
class TopTest extends ServerTest {
    @Test
    void withoutATerminalItMeasuresOnce() throws Exception {
        exec("sandbox:create --id one");
        exec("container:create one main --rootfs / sleep 1000");
        Outcome outcome = exec("sandbox:top");
        assertThat(outcome.status()).as(outcome.error()).isZero();
        assertThat(outcome.output().lines().toList().getFirst())
                .isEqualTo("SANDBOX  CONTAINER  STATE  CPU PERCENT  MEMORY   PROCESSES");
        assertThat(outcome.output())
                .containsPattern("one      -          ready  \\d+\\.\\d +300 MiB");
        assertThat(outcome.output())
                .containsPattern("one      main       ready  \\d+\\.\\d +2 MiB");
        assertThat(exec("sandbox:top | json").output())
                .contains("\"sandbox\": \"one\"", "\"memoryBytes\": 314572800", "\"cpuPercent\": ");
    }

    @Test
    void aPageIsDrawnAgainUntilAKeyEndsIt() throws Exception {
        exec("sandbox:create --id one");
        for (String key : new String[] {"q", "\u0003"}) {
            try (TestClient client = terminal(OpenRequest.Mode.RUN, "sandbox:top --interval 1")) {
                client.awaitOutput("1 sandbox, 0 containers  every 1 s  q quits");
                client.awaitOutput("one ");
                client.resize(40, 10);
                client.awaitOutput("…");
                client.type(key);
                assertThat(client.finish(new byte[0]).status()).isZero();
                assertThat(client.modes)
                        .containsExactly(TerminalMode.FULL_SCREEN, TerminalMode.ORIGINAL);
            }
        }
    }

    @Test
    void theIntervalIsAWholeNumber() throws Exception {
        assertThat(exec("sandbox:top --interval 0").error())
                .contains("--interval 0: not a whole number of at least 1");
    }
}
