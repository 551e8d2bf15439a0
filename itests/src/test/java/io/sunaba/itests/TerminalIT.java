package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.Installation.Background;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a person does at a terminal: shells in containers, live views.
class TerminalIT {
    private static final Path ROOTFS = Installation.rootfs();
    private static final String EXEC = "container:exec --tty box one sh";
    private static final String INTERRUPT = "\u0003";
    private static final String SUSPEND = "\u001a";
    private static final String END = "\u0004";

    private static final String ENTER_PAGE = "\033[?1049h";
    private static final String LEAVE_PAGE = "\033[?1049l";

    private static Installation sunaba;
    private Pty pty;
    private String settings;

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().cloning().start();
        sunaba.exec("sandbox:create --id box").expectSuccess();
        sunaba.exec("container:create box one --rootfs " + ROOTFS + " sleep 100000")
                .expectSuccess();
        sunaba.exec("sandbox:start box").expectSuccess();
    }

    @AfterAll
    static void stop() {
        sunaba.exec("sandbox:delete --force box").expectSuccess();
        sunaba.closeClean();
    }

    @BeforeEach
    void open() {
        pty = new Pty(sunaba);
        settings = pty.settings();
    }

    @AfterEach
    void close() {
        pty.close();
    }

    @Test
    void aShellInAContainerHasATerminal() {
        pty.type("sunaba exec '" + EXEC + "'; echo status $?\r").await("/ # ");
        pty.type("tty; stty size; echo type $TERM\r").await(Pattern.compile("\n/dev/pts/\\d+"));
        pty.await("30 100").await("type vt220").await("/ # ");
        driveShell();
        pty.type("(exit 5)\r").await("/ # ").type(END).await("status 5").await("host> ");
        assertThat(pty.settings()).isEqualTo(settings);
        assertThat(pty.rest()).isEmpty();
    }

    @Test
    void theAttachedShellLendsItsTerminal() {
        pty.type("sunaba shell\r").await("sunaba> ");
        pty.type(EXEC + "\r").await("/ # ");
        driveShell();
        pty.type("exit 7\r").await("exit code 7").await("sunaba> ");
        pty.type("sandbox:list\r").await("running").await("sunaba> ");
        pty.type(END).await("host> ");
        assertThat(pty.settings()).isEqualTo(settings);
    }

    /// At the prompt of a shell in a container.
    private void driveShell() {
        pty.resize(91, 27);
        // The news takes its way, which nobody outside can see the end of.
        pty.type("until stty size | grep '27 91'; do :; done\r").await("\n27 91").await("/ # ");
        pty.type(sleeping("be\"f\"ore")).await("before").type(INTERRUPT).await("/ # ");
        pty.type("echo alive $?\r").await("alive 130").await("/ # ");
        pty.type("echo re'a'ds; cat\r").await("reads").type("x\r").await("x\r\nx\r\n");
        pty.type(END).await("/ # ");
        pty.type(sleeping("sl\"e\"eps")).await("sleeps").type(SUSPEND);
        pty.await("Stopped").await("/ # ");
        pty.type("kill -KILL %1; echo en'd'ed\r").await("ended").await("/ # ");
    }

    /// A process that says so when the terminal is its own: keys before that are for the shell.
    private static String sleeping(String word) {
        return "sh -c 'echo " + word + "; exec sleep 1000'\r";
    }

    @Test
    void aDaemonThatIsKilledLeavesTheTerminalAsItWas() {
        for (String command : new String[] {"exec '" + EXEC + "'", "shell"}) {
            pty.type("sunaba " + command + "; echo status $?\r");
            if (command.equals("shell")) {
                pty.await("sunaba> ").type(EXEC + "\r");
            }
            pty.await("/ # ").type("echo be'f'ore; sleep 1000\r").await("before");
            assertThat(pty.settings()).isNotEqualTo(settings);
            sunaba.killDaemon();
            pty.await("the connection to the platform broke").await("status 1").await("host> ");
            assertThat(pty.settings()).isEqualTo(settings);
            sunaba.start();
        }
    }

    @Test
    void aClientThatIsAskedToEndLeavesTheTerminalAsItWas() {
        pty.type("sunaba exec '" + EXEC + "'; echo status $?\r").await("/ # ");
        pty.client().destroy();
        pty.await("status 143").await("host> ");
        assertThat(pty.settings()).isEqualTo(settings);
        Installation.await(
                "the process is gone",
                () -> !sunaba.exec("container:processes box one").text().contains(" sh"));
    }

    @Test
    void aContainersFirstProcessHasATerminalToAttachTo() {
        sunaba.exec("container:create --tty --rootfs " + ROOTFS + " box two sh").expectSuccess();
        sunaba.exec("container:start box two").expectSuccess();
        pty.type("sunaba exec 'container:attach --tty box two'; echo status $?\r").await("/ # ");
        pty.type("stty size; exit 3\r").await("30 100").await("status 3").await("host> ");
        assertThat(pty.settings()).isEqualTo(settings);
        sunaba.exec("container:delete box two").expectSuccess();

        pty.type("sunaba exec 'container:attach --tty box one'; echo status $?\r");
        pty.await("has no terminal").await("status 1");
        assertThat(pty.settings()).isEqualTo(settings);
    }

    @Test
    void aRunHasATerminal() {
        pty.type("sunaba exec 'sandbox:run --tty --rootfs " + ROOTFS + " sh'; echo status $?\r");
        pty.await("/ # ").type("stty size; exit 4\r").await("30 100").await("status 4");
        assertThat(pty.settings()).isEqualTo(settings);
    }

    @Test
    void topIsDrawnAgainUntilAKeyEndsIt() {
        pty.type("sunaba exec 'sandbox:top --interval 1'; echo status $?\r");
        pty.await(ENTER_PAGE).await("1 sandbox, 1 container  every 1 s").await("box ");
        pty.await(Pattern.compile("  one +running"));
        pty.await("1 sandbox, 1 container");
        pty.await(Pattern.compile("  one +running +\\d+\\.\\d"));
        pty.resize(50, 20);
        pty.await("…");
        pty.type("q").await(LEAVE_PAGE).await("status 0").await("host> ");
        assertThat(pty.settings()).isEqualTo(settings);

        pty.type("sunaba shell\r").await("sunaba> ").type("sandbox:top\r").await("box ");
        pty.type(INTERRUPT).await(LEAVE_PAGE).await("sunaba> ");
        pty.type("sandbox:top\r").await("box ");
        sunaba.killDaemon();
        pty.await(LEAVE_PAGE).await("the connection to the platform broke").await("host> ");
        assertThat(pty.settings()).isEqualTo(settings);
        sunaba.start();
    }

    @Test
    void topWithoutATerminalMeasuresOnce() {
        assertThat(sunaba.exec("sandbox:top").expectSuccess().text().lines().toList())
                .hasSize(3)
                .allMatch(line -> !line.contains("\033"));
        assertThat(sunaba.exec("sandbox:top | json").expectSuccess().text())
                .containsPattern("\"cpuPercent\": \\d");
    }

    @Test
    void eventsShowAContainersLife() throws Exception {
        Background events = sunaba.execInBackground("sandbox:events box");
        Background json = sunaba.execInBackground("sandbox:events | json");
        // Nothing tells from outside that somebody follows, but what is followed.
        Installation.await(
                "events",
                () -> {
                    life("probe");
                    return !events.output().isEmpty() && !json.output().isEmpty();
                });
        life("short");
        events.awaitOutput("short         created, ready")
                .awaitOutput("short         ready -> running")
                .awaitOutput("short         running -> stopped, exit code 3")
                .awaitOutput("short         deleted");
        json.awaitOutput("\"containerId\":\"short\",\"from\":\"STOPPED\",\"to\":null");
        Installation.signal(events.process(), "INT");
        Installation.signal(json.process(), "INT");
        assertThat(events.awaitEnd()).isZero();
        assertThat(json.awaitEnd()).isZero();
        assertThat(json.output().lines()).allMatch(line -> line.matches("\\{.*}"));

        pty.type("sunaba shell\r").await("sunaba> ").type("sandbox:events\r");
        pty.await("following all sandboxes; Ctrl-C ends");
        life("watched");
        pty.await(Pattern.compile("watched +deleted"));
        pty.type(INTERRUPT).await("sunaba> ").type(END).await("host> ");
    }

    private static void life(String container) {
        sunaba.exec("container:create box " + container + " --rootfs " + ROOTFS + " sh -c 'exit 3'")
                .expectSuccess();
        sunaba.exec("container:start box " + container).expectSuccess();
        sunaba.exec("container:wait box " + container).expectSuccess();
        sunaba.exec("container:delete box " + container).expectSuccess();
    }

    @Test
    void whoHasNoTerminalIsRefused() {
        for (String command :
                new String[] {
                    EXEC, "container:attach --tty box one", "sandbox:run --tty --rootfs / sh"
                }) {
            assertThat(sunaba.exec(command).expectOneLine("--tty needs a terminal").status())
                    .isEqualTo(2);
        }
    }
}
