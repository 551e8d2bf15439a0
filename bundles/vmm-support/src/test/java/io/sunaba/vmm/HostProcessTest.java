package io.sunaba.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProcessTest {
    private static final String ARGUMENT = "987.654321";

    @TempDir Path directory;
    private Process child;
    private HostProcess process;

    @BeforeEach
    void start() throws Exception {
        Program sleep = Program.find("sleep").orElseThrow();
        child = sleep.startDetached(List.of(ARGUMENT), directory.resolve("output"));
        process = HostProcess.find(child.pid()).orElseThrow();
    }

    @AfterEach
    void end() throws Exception {
        child.destroyForcibly().waitFor();
    }

    @Test
    void isTheSameBeforeAndAfterItsProgramIsLoaded() throws Exception {
        while (!process.hasArgument(ARGUMENT) || process.hasArgument("setsid")) {
            Thread.onSpinWait();
        }
        assertThat(HostProcess.find(child.pid())).contains(process);
        assertThat(HostProcess.withArgument(ARGUMENT)).containsExactly(process);
        assertThat(HostProcess.withArgument("987.65432")).isEmpty();
    }

    @Test
    void hasASessionOfItsOwn() throws Exception {
        while (!process.hasArgument("sleep") && !commandOf(child.pid()).endsWith("sleep")) {
            Thread.onSpinWait();
        }
        String[] stat = Files.readString(Path.of("/proc/" + child.pid() + "/stat")).split(" ", -1);
        assertThat(stat[5]).isEqualTo(Long.toString(child.pid()));
    }

    private static String commandOf(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
    }

    @Test
    void isKilledAndWaitedFor() throws Exception {
        assertThat(process.awaitEnd(Duration.ofMillis(1))).isFalse();
        assertThat(process.usage()).isPresent();
        process.kill();
        assertThat(process.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(process.isAlive()).isFalse();
        assertThat(process.usage()).isEmpty();
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(128 + 9);
        process.kill();
        assertThat(process.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void anotherOfTheSamePidIsLeftAlone() {
        HostProcess earlier = new HostProcess(process.pid(), process.startTicks() - 1);
        earlier.kill();
        assertThat(earlier.isAlive()).isFalse();
        assertThat(earlier.hasArgument(ARGUMENT)).isFalse();
        assertThat(earlier.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void programsAreFoundAndAsked() throws Exception {
        assertThat(Program.find("no-such-program")).isEmpty();
        assertThat(Program.find("/bin")).isEmpty();
        Program shell = Program.find("/bin/sh").orElseThrow();
        assertThat(shell.output(Duration.ofSeconds(10), "-c", "echo out; echo err >&2; exit 3"))
                .isEqualTo("out\nerr\n");
        assertThatThrownBy(() -> shell.output(Duration.ofMillis(50), "-c", "exec sleep 1000"))
                .isInstanceOf(IOException.class)
                .hasMessage("/bin/sh did not end within 50 ms");
    }
}
