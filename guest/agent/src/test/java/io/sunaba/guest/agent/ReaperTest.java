package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With real children of this process.
@Timeout(30)
class ReaperTest {
    private static final SystemCalls CALLS = new LinuxSystemCalls();
    private static final Reaper REAPER = new Reaper(CALLS);

    private static CompletableFuture<Integer> shell(String script) throws ErrnoException {
        return REAPER.start(() -> CALLS.spawn(List.of("/bin/sh", "-c", script), Map.of(), 0, 1, 2));
    }

    @Test
    void exitCodesAndSignalsAreToldApart() throws Exception {
        assertThat(shell("exit 7").get()).isEqualTo(7);
        assertThat(shell("kill -TERM $$").get()).isEqualTo(128 + SystemCalls.SIGTERM);
        assertThat(shell("exit 255").get()).isEqualTo(255);
    }

    @Test
    void noExitOfManyIsLost() throws Exception {
        List<CompletableFuture<Integer>> exits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            exits.add(shell("exit " + i));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(exits.get(i).get()).isEqualTo(i);
        }
    }

    @Test
    void anOrphanThatEndedBeforeAnybodyAskedIsNotLost(@TempDir Path directory) throws Exception {
        CALLS.adoptOrphans();
        Path pidFile = directory.resolve("pid");
        long mark = REAPER.mark();
        // The orphan ends when its parent is gone: the pipe's last writer.
        Path fifo = directory.resolve("fifo");
        String script =
                "mkfifo "
                        + fifo
                        + "; exec 4<>"
                        + fifo
                        + " 5<"
                        + fifo
                        + "; { read x <&5; exit 9; } 4<&- & echo $! >"
                        + pidFile;
        assertThat(shell(script).get()).isZero();
        int pid = Integer.parseInt(Files.readString(pidFile).strip());

        awaitGone(pid);

        assertThat(REAPER.exitOf(pid, mark).get()).isEqualTo(9);
        // It is told once; what asks later asks for another process of that number.
        assertThat(REAPER.exitOf(pid, REAPER.mark())).isNotDone();
    }

    /// Until the process is reaped, and no longer in the process table.
    private static void awaitGone(int pid) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (Files.exists(Path.of("/proc", Integer.toString(pid)))
                && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aProgramThatIsNotThereFailsToStart() {
        assertThatThrownBy(() -> CALLS.spawn(List.of("/no/such"), Map.of(), 0, 1, 2))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("start /no/such: no such file or directory");
    }

    @Test
    void waitStatusesAreDecoded() {
        assertThat(Reaper.codeOf(0)).isZero();
        assertThat(Reaper.codeOf(7 << 8)).isEqualTo(7);
        assertThat(Reaper.codeOf(SystemCalls.SIGKILL)).isEqualTo(137);
        assertThat(Reaper.codeOf(11 | 0x80)).isEqualTo(139);
    }
}
