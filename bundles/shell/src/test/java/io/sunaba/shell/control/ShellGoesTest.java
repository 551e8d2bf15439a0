package io.sunaba.shell.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import io.sunaba.control.OpenRequest;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.shell.control.TestClient.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The shell is stopped under commands that run.
class ShellGoesTest extends ServerTest {
    @BeforeEach
    void createContainer() throws Exception {
        exec("sandbox:create --id e");
        exec("container:create e c --rootfs / -- sh -c 'echo up; exec sleep 1000'");
        exec("sandbox:start e");
    }

    private CompletableFuture<Void> stop() {
        CompletableFuture<Void> stopping =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                close();
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        },
                        Thread::startVirtualThread);
        while (Files.exists(run.resolve("control.sock"))) {
            Thread.onSpinWait();
        }
        return stopping;
    }

    @Test
    void whatRunsIsLetEndAndNobodyElseBegins() throws Exception {
        try (TestClient client =
                client("container:exec e c -- sh -c 'echo up; read x; echo got $x' | cat")) {
            client.awaitOutput("up\n");
            CompletableFuture<Void> stopping = stop();
            assertThatThrownBy(() -> exec("sandbox:list")).isInstanceOf(IOException.class);
            assertThat(client.finish("word\n".getBytes(UTF_8)))
                    .isEqualTo(new Outcome("up\ngot word\n", "", 0));
            stopping.get();
        }
    }

    @Test
    void whatWouldGoOnForEverAndCannotMoveIsCutShort() throws Exception {
        try (TestClient waiting = client("container:attach e c | cat")) {
            waiting.awaitOutput("up\n");
            stop().get();
            Outcome outcome = waiting.finish(new byte[0]);
            assertThat(outcome.status()).isEqualTo(75);
            assertThat(outcome.error())
                    .contains("sunaba: the shell is being replaced or stopped\n");
        }
    }

    @Test
    void whoFollowsEventsIsToldThatSomeMayBeMissing() throws Exception {
        Handover handover;
        try (TestClient watching = client("sandbox:events")) {
            sandboxes.publish(
                    new SandboxEvent.StateChanged("one", Instant.EPOCH, null, SandboxState.READY));
            watching.awaitOutput("created");
            stop().get();
            handover = watching.awaitHandover();
            assertThat(watching.error.toString(UTF_8)).contains("events may be missing");
        }
        assertThat(handover).isEqualTo(new Handover(0, "sandbox:events"));
    }

    @Test
    void aProcessGoesOnWithTheNextShell() throws Exception {
        Handover handover;
        String command = "echo up; while read x; do echo got $x; done; exit 3";
        try (TestClient client = client("container:exec e c -- sh -c '" + command + "'")) {
            client.awaitOutput("up\n");
            client.type("one\n");
            client.awaitOutput("got one\n");
            stop().get();
            handover = client.awaitHandover();
        }
        assertThat(handover.usedInput()).isEqualTo(4);
        listen();
        try (TestClient client = client(handover.line())) {
            assertThat(client.finish("two\n".getBytes(UTF_8)))
                    .isEqualTo(new Outcome("got two\n", "", 3));
        }
    }

    @Test
    void inputThatWasNotUsedIsNamed() throws Exception {
        Handover handover;
        byte[] input = new byte[200 << 10];
        new Random(5).nextBytes(input);
        Path go = run.resolve("go");
        String command = "echo up; while [ ! -e " + go + " ]; do sleep 0.01; done; exec cat";
        try (TestClient client = client("container:exec e c -- sh -c '" + command + "'")) {
            client.awaitOutput("up\n");
            client.send(new Frame(FrameType.INPUT, ByteBuffer.wrap(input)));
            CompletableFuture<Void> stopping = stop();
            Files.createFile(go);
            handover = client.awaitHandover();
            stopping.get();
            int used = (int) handover.usedInput();
            assertThat(used).isBetween(0, input.length);
            listen();
            try (TestClient next = client(handover.line())) {
                next.finish(Arrays.copyOfRange(input, used, input.length));
                client.output.write(next.output.toByteArray());
            }
            assertThat(Arrays.copyOfRange(client.output.toByteArray(), 3, input.length + 3))
                    .isEqualTo(input);
        }
    }

    @Test
    void aSandboxOfOneProcessIsRemovedByTheNextShell() throws Exception {
        Handover handover;
        try (TestClient client =
                client("sandbox:run --rootfs / -- sh -c 'echo up; read x; exit 4'")) {
            client.awaitOutput("up\n");
            stop().get();
            handover = client.awaitHandover();
        }
        assertThat(sandboxes.list()).hasSize(2);
        listen();
        try (TestClient client = client(handover.line())) {
            assertThat(client.finish("go\n".getBytes(UTF_8)).status()).isEqualTo(4);
        }
        assertThat(sandboxes.list()).hasSize(1);
    }

    @Test
    void aClientThatVanishesAfterwardsTakesItsProcessWithIt() throws Exception {
        Handover handover;
        try (TestClient client =
                client(
                        "container:exec e c -- sh -c 'echo pid $$; echo up; read x; echo got $x; exec sleep 1000'")) {
            client.awaitOutput("up\n");
            stop().get();
            handover = client.awaitHandover();
            String pid = client.output.toString(UTF_8).split("[ \n]", -1)[1];
            ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
            assertThat(process.isAlive()).isTrue();
            listen();
            try (TestClient next = client(handover.line())) {
                next.type("it\n");
                next.awaitOutput("got it\n");
            }
            process.onExit().get();
        }
    }

    @Test
    void aPersonGoesOnWithTheNextShell() throws Exception {
        Handover idle;
        Handover busy;
        try (TestClient typing = terminal(OpenRequest.Mode.INTERACTIVE, "");
                TestClient waiting = terminal(OpenRequest.Mode.INTERACTIVE, "")) {
            typing.awaitOutput("sunaba> ");
            waiting.awaitOutput("sunaba> ");
            waiting.type("container:attach e c\r");
            waiting.awaitOutput("up\r\n");
            stop().get();
            idle = typing.awaitHandover();
            busy = waiting.awaitHandover();
        }
        listen();
        assertThat(busy.line()).startsWith("container:attach");
        try (TestClient typing = terminal(OpenRequest.Mode.INTERACTIVE, idle.line())) {
            typing.awaitOutput("replaced");
            typing.awaitOutput("sunaba> ");
            typing.type("container:kill --signal KILL --process c e c\r");
            typing.awaitOutput("STATE");
        }
        try (TestClient waiting = terminal(OpenRequest.Mode.INTERACTIVE, busy.line())) {
            waiting.awaitOutput("exit code 137");
            waiting.awaitOutput("sunaba> ");
        }
    }
}
