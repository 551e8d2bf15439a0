package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import io.sunaba.sandbox.TerminalSize;
import io.sunaba.shell.HostSandboxes;
import io.sunaba.shell.control.TestClient.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Commands that take the client's terminal for themselves.
@Timeout(20)
class TerminalTest {
    private static final String ECHO =
            "sandbox:run --tty --rootfs / sh -c 'echo up $TERM; head -n 1; head -n 1'";
    private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

    @TempDir private Path run;

    private final HostSandboxes sandboxes = new HostSandboxes();
    private TestServer server;

    @BeforeAll
    static void startStreams() {
        THREAD_IO.start();
    }

    @AfterAll
    static void stopStreams() {
        THREAD_IO.stop();
    }

    @BeforeEach
    void listen() {
        server = new TestServer(run, THREAD_IO, sandboxes);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

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

    private TestClient terminal(OpenRequest.Mode mode, String line) throws IOException {
        return new TestClient(
                run, new OpenRequest(mode, line, run.toString(), "/", "vt220", 100, 30));
    }
}
