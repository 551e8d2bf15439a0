package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameType;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.shell.control.TestClient.Outcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// The command `sandbox:events`.
class EventsTest extends ServerTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.6Z");
    private static final SandboxEvent CREATED =
            new SandboxEvent.StateChanged("one", AT, null, SandboxState.READY);
    private static final SandboxEvent DELETED =
            new SandboxEvent.StateChanged("one", AT, SandboxState.STOPPED, null);
    private static final SandboxEvent EXITED =
            new SandboxEvent.ContainerStateChanged(
                    "one",
                    AT,
                    "main",
                    ContainerState.RUNNING,
                    ContainerState.STOPPED,
                    new ExitStatus(137, AT));

    @Test
    void eachEventIsALineUntilAnInterrupt() throws Exception {
        try (TestClient client = client("sandbox:events")) {
            sandboxes.publish(CREATED);
            client.awaitOutput(
                    "2026-01-02T03:04:05.600Z  one               -             created, ready\n");
            sandboxes.publish(
                    new SandboxEvent.FactoryFellBack("one", AT, "template", "new", "not made"));
            client.awaitOutput("  -             factory template -> new: not made\n");
            sandboxes.publish(EXITED);
            client.awaitOutput("  main          running -> stopped, exit code 137\n");
            sandboxes.publish(
                    new SandboxEvent.ContainerStateChanged(
                            "one",
                            AT,
                            "main",
                            ContainerState.STOPPED,
                            null,
                            new ExitStatus(137, AT)));
            client.awaitOutput("  main          deleted\n");
            sandboxes.publish(new SandboxEvent.OutOfMemory("one", AT, "main"));
            client.awaitOutput("  main          out of memory\n");
            sandboxes.publish(
                    new SandboxEvent.MachineExited(
                            "one",
                            AT,
                            new MachineExit(MachineExit.Reason.POWERED_OFF, "bye\nnow", AT)));
            client.awaitOutput("  machine ended: powered off, bye now\n");
            sandboxes.publish(new SandboxEvent.AgentLost("one", AT, "reset"));
            client.awaitOutput("  agent lost: reset\n");
            sandboxes.publish(new SandboxEvent.Missed("", AT, 3));
            client.awaitOutput("  -                 -             3 events missed\n");
            sandboxes.publish(DELETED);
            client.awaitOutput("  deleted\n");
            client.send(Frame.of(FrameType.SIGNAL, 2));
            Outcome outcome = client.finish(new byte[0]);
            assertThat(outcome.status()).isZero();
            assertThat(outcome.error()).isEmpty();
        }
        assertThat(sandboxes.followed()).isFalse();
    }

    @Test
    void jsonComesLineByLine() throws Exception {
        for (String line : new String[] {"sandbox:events --json", "sandbox:events | json"}) {
            try (TestClient client = client(line)) {
                sandboxes.publish(CREATED);
                client.awaitOutput(
                        "{\"type\":\"StateChanged\",\"sandboxId\":\"one\",\"at\":\"2026-01-02T03:04:05.600Z\",\"from\":null,\"to\":\"READY\"}\n");
                sandboxes.publish(EXITED);
                client.awaitOutput(
                        "\"exit\":{\"code\":137,\"at\":\"2026-01-02T03:04:05.600Z\"}}\n");
                client.send(Frame.of(FrameType.SIGNAL, 2));
                Outcome outcome = client.finish(new byte[0]);
                assertThat(outcome.status()).as(outcome.error()).isZero();
                assertThat(outcome.error()).isEmpty();
                assertThat(outcome.output().lines()).hasSize(2);
            }
        }
    }

    @Test
    void theEndOfThoseThatAreFollowedIsTheEnd() throws Exception {
        exec("sandbox:create --id one");
        try (TestClient client = client("sandbox:events one")) {
            sandboxes.publish(new SandboxEvent.StateChanged("two", AT, null, SandboxState.READY));
            sandboxes.publish(DELETED);
            assertThat(client.finish(new byte[0]).output())
                    .contains("deleted")
                    .doesNotContain("two");
        }
        assertThat(exec("sandbox:events one two"))
                .isEqualTo(new Outcome("", "sunaba: there is no sandbox two\n", 1));
        assertThat(sandboxes.followed()).isFalse();
    }

    @Test
    void aClientThatVanishesIsNotFollowedFor() throws Exception {
        try (TestClient client = client("sandbox:events | cat")) {
            sandboxes.publish(CREATED);
            client.awaitOutput("created");
        }
        while (sandboxes.followed()) {
            Thread.onSpinWait();
        }
    }
}
