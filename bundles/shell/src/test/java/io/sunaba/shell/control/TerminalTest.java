package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import io.sunaba.sandbox.TerminalSize;
import io.sunaba.shell.control.TestClient.Outcome;
import org.junit.jupiter.api.Test;

/// Commands that take the client's terminal for themselves.
class TerminalTest extends ServerTest {
    private static final String ECHO =
            "sandbox:run --tty --rootfs / sh -c 'echo up $TERM; head -n 1; head -n 1'";

    @Test
    void keysPassAsTheyAre() throws Exception {
        try (TestClient client = terminal(OpenRequest.Mode.RUN, ECHO)) {
            client.awaitOutput("up vt220\n");
            client.type("\u0003\u0004\u001a\n");
            client.resize(101, 31);
            client.awaitOutput("\u0003\u0004\u001a\n");
            while (!sandboxes.sizes().getLast().equals(new TerminalSize(101, 31))) {
                Thread.onSpinWait();
            }
            client.type("\r\n");
            Outcome outcome = client.finish(new byte[0]);
            assertThat(outcome.output()).endsWith("\u001a\n\r\n");
            assertThat(outcome.status()).isZero();
            assertThat(client.modes)
                    .containsExactly(
                            TerminalMode.ORIGINAL, TerminalMode.RAW, TerminalMode.ORIGINAL);
        }
        assertThat(sandboxes.sizes()).startsWith(new TerminalSize(100, 30));
        assertThat(sandboxes.list()).isEmpty();
    }

    @Test
    void aDialogLendsItsKeysAndTakesThemBack() throws Exception {
        try (TestClient client = terminal(OpenRequest.Mode.INTERACTIVE, "")) {
            client.awaitOutput("sunaba> ");
            client.type(ECHO + "\r");
            client.awaitOutput("up vt220\n");
            client.type("\u0003\u0004\r\n");
            client.awaitOutput("\u0003\u0004\r\n");
            client.type("x\n");
            // Until then keys are for the process.
            client.awaitOutput("x\n");
            client.awaitOutput("sunaba> ");
            client.type("sandbox:list | json\r");
            client.awaitOutput("[]\r\n");
            client.type("\u0004");
            assertThat(client.finish(new byte[0]).status()).isZero();
            assertThat(client.modes)
                    .containsExactly(TerminalMode.RAW, TerminalMode.RAW, TerminalMode.RAW);
        }
    }

    @Test
    void whoHasNoTerminalIsRefused() throws Exception {
        String refusal = "sunaba: --tty needs a terminal: both input and output must be one\n";
        try (TestClient client = new TestClient(run, ECHO, OpenRequest.Mode.RUN)) {
            assertThat(client.finish(new byte[0])).isEqualTo(new Outcome("", refusal, 2));
        }
        for (String pipeline : new String[] {ECHO + " | cat", "echo x | " + ECHO}) {
            try (TestClient client = terminal(OpenRequest.Mode.RUN, pipeline)) {
                assertThat(client.finish(new byte[0]).error()).isEqualTo(refusal);
            }
        }
        try (TestClient client = terminal(OpenRequest.Mode.RUN, ECHO)) {
            client.size = new TerminalSize(0, 0);
            assertThat(client.finish(new byte[0]).error())
                    .isEqualTo("sunaba: the terminal does not tell its size\n");
        }
        assertThat(sandboxes.list()).isEmpty();
    }

    @Test
    void aClientThatVanishesLeavesNothing() throws Exception {
        try (TestClient client = terminal(OpenRequest.Mode.RUN, ECHO)) {
            client.awaitOutput("up vt220\n");
        }
        while (!sandboxes.list().isEmpty()) {
            Thread.onSpinWait();
        }
    }
}
