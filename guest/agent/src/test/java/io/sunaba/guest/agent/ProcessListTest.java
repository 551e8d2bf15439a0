package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessListTest {
    @TempDir private Path directory;

    @BeforeEach
    void twoProcessesAndOneThatHasEnded() throws IOException {
        Files.writeString(directory.resolve("cgroup.procs"), "7\n12\n99\n");
        Files.writeString(directory.resolve("uptime"), "3725.50 100.00\n");
        process(7, "sh", "S 1 7 7 34816 7 0 0 0 0 0 120 50 0 0 20 0 1 0 12500 0", "sh\0-c\0a b\0");
        process(12, "odd) name", "Z 7 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 5 1 0 372500 0", "");
    }

    private void process(int pid, String name, String fields, String command) throws IOException {
        Path process = Files.createDirectory(directory.resolve(Integer.toString(pid)));
        Files.writeString(process.resolve("stat"), pid + " (" + name + ") " + fields + "\n");
        Files.writeString(
                process.resolve("status"),
                "Name:\t"
                        + name
                        + "\nNSpid:\t"
                        + pid
                        + "\t"
                        + (pid - 6)
                        + "\nUid:\t1000\t1000\t1000\t1000\nThreads:\t1\n"
                        + "VmSize:\t    4400 kB\nVmRSS:\t     912 kB\n");
        Files.writeString(process.resolve("cmdline"), command);
    }

    private String list(String format, String... options) throws IOException {
        return ProcessList.of(new Cgroup("/c", directory), format, List.of(options), directory);
    }

    @Test
    void idsAreJson() throws Exception {
        assertThat(list("json")).isEqualTo("[7,12,99]");
    }

    @Test
    void usualTableIsThatOfPsEf() throws Exception {
        assertThat(list("table")).isEqualTo(list("table", "-ef"));
        assertThat(list("table").lines().findFirst().orElseThrow().split("\t"))
                .containsExactly("UID", "PID", "PPID", "STIME", "TTY", "TIME", "CMD");
        assertThat(list("table"))
                .containsPattern("1000\t7\t1\t\\d\\d:\\d\\d\tpts/0\t00:00:01\tsh -c a b\n");
    }

    @Test
    void columnsCanBeChosen() throws Exception {
        assertThat(list("table", "-e", "-o", "nspid,stat,rss,vsz,etime,nlwp,ni,cmd"))
                .isEqualTo(
                        """
                        NSPID\tSTAT\tRSS\tVSZ\tELAPSED\tNLWP\tNI\tCMD
                        1\tS\t912\t4400\t01:00:00\t1\t0\tsh -c a b
                        6\tZ\t912\t4400\t00:00:00\t1\t5\t[odd) name]
                        """);
        assertThat(list("table", "-eopid,comm")).contains("7\tsh\n12\todd)?name\n");
    }

    @Test
    void whatIsUnknownIsRefusedByName() {
        assertThatThrownBy(() -> list("table", "-L")).hasMessageContaining("ps option '-L' is not");
        assertThatThrownBy(() -> list("table", "aux")).hasMessageContaining("ps option 'aux'");
        assertThatThrownBy(() -> list("table", "-o")).hasMessageContaining("-o needs a list");
        assertThatThrownBy(() -> list("table", "-o", "pid,nonesuch"))
                .hasMessageContaining("ps column 'nonesuch' is not among uid pid");
        assertThatThrownBy(() -> list("table", "-o", "args,pid"))
                .hasMessageContaining("args must be the last");
        assertThatThrownBy(() -> list("xml")).hasMessageContaining("format 'xml'");
    }
}
