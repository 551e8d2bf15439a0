package io.sunaba.shell.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameType;
import io.sunaba.control.OpenRequest;
import io.sunaba.shell.control.TestClient.Outcome;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What runs on a control server, and how it ends.
class ControlServerTest extends ServerTest {
    private static final String RUN = "sandbox:run --rootfs / -- ";

    @Test
    void anEmptyLineIsNothing() throws Exception {
        assertThat(exec("")).isEqualTo(new Outcome("", "", 0));
    }

    @Test
    void aRunPassesBothOutputsAndTheExitCode() throws Exception {
        assertThat(exec(RUN + "/bin/sh -c \"echo hi; echo oh >&2; exit 7\""))
                .isEqualTo(new Outcome("hi\n", "oh\n", 7));
        assertThat(sandboxes.list()).isEmpty();
        assertThat(exec(RUN + "/bin/echo hi | cat").output()).isEqualTo("hi\n");
    }

    @Test
    void aBundleSaysWhatToRun() throws Exception {
        assertThat(exec("sandbox:run --bundle /some/where").output()).isEqualTo("/some/where\n");
    }

    @ParameterizedTest
    @CsvSource({
        "--bundle /b -- ls, --bundle and a command exclude each other",
        "--bundle /b --rootfs /, --bundle and --rootfs exclude each other",
        "--rootfs /, the command to run is missing",
        "'', --rootfs or --bundle is missing",
    })
    void aBundleStandsAlone(String options, String problem) throws Exception {
        assertThat(exec("sandbox:run " + options).error())
                .isEqualTo("sunaba: sandbox:run: " + problem + "; see sandbox:run --help\n");
    }

    @Test
    void whatIsInterruptedTwiceStillTells() throws Exception {
        assertThat(exec("test:interrupted | cat"))
                .isEqualTo(new Outcome("", "sunaba: interrupted\n", 130));
    }

    @Test
    void singleQuotesKeepDollars() throws Exception {
        assertThat(
                        exec(RUN + "/bin/sh -c 'x=1e3; echo $x {a,b} null 007 \"*\" $((1 + 1))'")
                                .output())
                .isEqualTo("1e3 {a,b} null 007 * 2\n");
        assertThat(exec(RUN + "/bin/echo 1e3 null 007 true 'a  b' *.none").output())
                .isEqualTo("1e3 null 007 true a  b *.none\n");
    }

    @Test
    void tenMegabytesPassByteForByte() throws Exception {
        byte[] input = new byte[10 << 20];
        new Random(7).nextBytes(input);
        try (TestClient client = new TestClient(run, RUN + "/bin/cat", OpenRequest.Mode.RUN)) {
            assertThat(client.finish(input).status()).isZero();
            assertThat(client.output.toByteArray()).isEqualTo(input);
        }
    }

    @Test
    void aCommandThatReadsNothingLeavesTheInputAlone() throws Exception {
        try (TestClient client = new TestClient(run, "sandbox:list", OpenRequest.Mode.RUN)) {
            assertThat(client.finish("for somebody else".getBytes(UTF_8)).status()).isZero();
            assertThat(client.wanted).isZero();
        }
    }

    @Test
    void anInterruptReachesTheProcess() throws Exception {
        try (TestClient client =
                new TestClient(
                        run,
                        RUN
                                + "/bin/sh -c 'trap \"exit 5\" INT; echo up; while :; do sleep 0.05; done'",
                        OpenRequest.Mode.RUN)) {
            client.awaitOutput("up\n");
            client.send(Frame.of(FrameType.SIGNAL, 2));
            assertThat(client.finish(new byte[0]).status()).isEqualTo(5);
        }
        assertThat(sandboxes.list()).isEmpty();
    }

    @Test
    void aSecondInterruptKills() throws Exception {
        try (TestClient client =
                new TestClient(
                        run,
                        RUN + "/bin/sh -c 'trap \"\" INT; echo up; while :; do sleep 0.05; done'",
                        OpenRequest.Mode.RUN)) {
            client.awaitOutput("up\n");
            client.send(Frame.of(FrameType.SIGNAL, 2));
            client.send(Frame.of(FrameType.SIGNAL, 2));
            assertThat(client.finish(new byte[0]).status()).isEqualTo(128 + 9);
        }
    }

    @Test
    void aClientThatVanishesLeavesNothing() throws Exception {
        try (TestClient client =
                new TestClient(
                        run, RUN + "/bin/sh -c 'echo up; exec sleep 1000'", OpenRequest.Mode.RUN)) {
            client.awaitOutput("up\n");
            assertThat(sandboxes.list()).hasSize(1);
        }
        while (!sandboxes.list().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void valuesBecomeJson() throws Exception {
        exec("sandbox:create --id one --memory 1G --cpus 2");
        assertThat(exec("sandbox:list | json").output())
                .contains("\"id\": \"one\"", "\"memoryBytes\": 1073741824", "\"state\": \"READY\"")
                .startsWith("[");
        assertThat(exec("sandbox:list | grep one | json").output()).startsWith("\"one  ready");
        assertThat(exec("sandbox:delete one | json")).isEqualTo(new Outcome("null\n", "", 0));
        assertThat(exec("sandbox:list | json")).isEqualTo(new Outcome("[]\n", "", 0));
    }

    @Test
    void failuresAreOneLine() throws Exception {
        assertThat(exec("sandbox:status no"))
                .isEqualTo(new Outcome("", "sunaba: there is no sandbox no\n", 1));
        assertThat(exec("sandbox:status no | json"))
                .isEqualTo(new Outcome("", "sunaba: there is no sandbox no\n", 1));
        assertThat(exec("sandbox:status no | grep x").status()).isEqualTo(1);
        assertThat(exec("sandbox:lst").error()).startsWith("sunaba: unknown command sandbox:lst;");
        assertThat(exec("sandbox:list --al"))
                .isEqualTo(
                        new Outcome(
                                "",
                                "sunaba: sandbox:list: unknown option --al; see sandbox:list --help\n",
                                2));
        assertThat(exec("sandbox:list 'x").error()).startsWith("sunaba: the line is not complete:");
        assertThat(exec("sandbox:run --memory 12Q --rootfs / -- x").error())
                .contains("--memory 12Q: not a size");
    }

    @Test
    void aScriptRunsLineByLine() throws Exception {
        try (TestClient client = new TestClient(run, "", OpenRequest.Mode.SCRIPT)) {
            Outcome outcome =
                    client.finish(
                            "sandbox:create --id a\nsandbox:status b\nsandbox:list | grep a\n"
                                    .getBytes(UTF_8));
            assertThat(outcome.status()).isZero();
            assertThat(outcome.error()).isEqualTo("sunaba: there is no sandbox b\n");
            assertThat(outcome.output()).contains("a   ready");
        }
    }

    @Test
    void execReturnsTheExitCode() throws Exception {
        exec("sandbox:create --id e");
        exec("container:create e c --rootfs / -- sleep 1000");
        exec("sandbox:start e");
        assertThat(exec("container:exec e c -- sh -c 'read x; echo got $x; exit 3'", "word\n"))
                .isEqualTo(new Outcome("got word\n", "", 3));
        exec("sandbox:delete --force e");
    }

    @Test
    void theClientOfAnotherPlatformIsRefused() throws Exception {
        try (TestClient client =
                new TestClient(
                        run,
                        new OpenRequest(OpenRequest.Mode.RUN, "", "/other", "/", "dumb", 0, 0))) {
            assertThat(client.finish(new byte[0]).error()).contains("/other does not run");
        }
    }
}
