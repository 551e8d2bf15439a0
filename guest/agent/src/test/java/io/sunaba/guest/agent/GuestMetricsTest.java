package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestMetricsTest {
    @TempDir private Path proc;

    @BeforeEach
    void fill() throws IOException {
        write("loadavg", "0.50 0.20 0.10 2/87 345\n");
        write(
                "stat",
                """
                cpu  10 20 30 40 50 60 70 80 90 100
                cpu0 1 2 3 4 5 6 7 8 9 10
                intr 5 6
                """);
        write(
                "meminfo",
                """
                MemTotal:         240000 kB
                Active(anon):         12 kB
                SReclaimable:          1 kB
                Committed_AS:          2 kB
                NFS_Unstable:          3 kB
                AnonHugePages:         4 kB
                HugePages_Total:       5
                Percpu:                6 kB
                DirectMap4k:           7 kB
                DirectMap2M:           8 kB
                """);
        write("vmstat", "nr_free_pages 41\npgfault 42\n");
        write("diskstats", " 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
        write(
                "net/dev",
                """
                Inter-|   Receive                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes packets
                  eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
                """);
        write("self/status", "Name:\tjava\nVmPeak:\t  900 kB\nVmRSS:\t 300 kB\nThreads:\t11\n");
        String times = "500 60 7 8";
        String middle = "0 ".repeat(5);
        write(
                "self/stat",
                "1 (a) (b) S 0 1 1 0 -1 0 0 0 0 0 " + times + " " + middle + "4096 75\n");
        write("self/io", "rchar: 1\nwchar: 2\ncancelled_write_bytes: 3\n");
    }

    private void write(String name, String text) throws IOException {
        Path file = proc.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> samples() throws IOException {
        return Arrays.stream(new GuestMetrics(proc).text().split("\n", -1))
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    @Test
    void guestIsMeasured() throws IOException {
        assertThat(samples())
                .contains(
                        "kata_guest_load{item=\"load1\"} 0.50",
                        "kata_guest_load{item=\"load15\"} 0.10",
                        "kata_guest_tasks{item=\"cur\"} 2",
                        "kata_guest_tasks{item=\"max\"} 87",
                        "kata_guest_cpu_time{cpu=\"total\",item=\"user\"} 100",
                        "kata_guest_cpu_time{cpu=\"0\",item=\"guest_nice\"} 100",
                        "kata_guest_vm_stat{item=\"pgfault\"} 42",
                        "kata_guest_diskstat{disk=\"vda\",item=\"reads\"} 1",
                        "kata_guest_diskstat{disk=\"vda\",item=\"time_flushing\"} 17",
                        "kata_guest_netdev_stat{interface=\"eth0\",item=\"recv_bytes\"} 1",
                        "kata_guest_netdev_stat{interface=\"eth0\",item=\"sent_compressed\"} 16");
    }

    @Test
    void memoryIsInBytesUnderKnownNames() throws IOException {
        assertThat(samples())
                .contains(
                        "kata_guest_meminfo{item=\"mem_total\"} 245760000",
                        "kata_guest_meminfo{item=\"active_anon\"} 12288",
                        "kata_guest_meminfo{item=\"s_reclaimable\"} 1024",
                        "kata_guest_meminfo{item=\"committed_as\"} 2048",
                        "kata_guest_meminfo{item=\"nfs_unstable\"} 3072",
                        "kata_guest_meminfo{item=\"anon_hugepages\"} 4096",
                        "kata_guest_meminfo{item=\"hugepages_total\"} 5",
                        "kata_guest_meminfo{item=\"per_cpu\"} 6144",
                        "kata_guest_meminfo{item=\"direct_map_4k\"} 7168",
                        "kata_guest_meminfo{item=\"direct_map_2M\"} 8192");
    }

    @Test
    void agentIsMeasured() throws IOException {
        assertThat(samples())
                .contains(
                        "kata_agent_scrape_count 1",
                        "kata_agent_threads 11",
                        "kata_agent_total_time 5.6",
                        "kata_agent_total_vm 4096",
                        "kata_agent_total_rss 307200",
                        "kata_agent_proc_stat{item=\"utime\"} 500",
                        "kata_agent_proc_stat{item=\"cstime\"} 8",
                        "kata_agent_proc_status{item=\"vmpeak\"} 900",
                        "kata_agent_proc_status{item=\"vmswap\"} 0",
                        "kata_agent_io_stat{item=\"cancelled_write_bytes\"} 3");
    }

    @Test
    void kernelThatTellsLessIsMeasuredToo() throws IOException {
        for (String name : List.of("loadavg", "vmstat", "diskstats", "net/dev", "self/io")) {
            Files.delete(proc.resolve(name));
        }
        assertThat(samples())
                .contains("kata_agent_threads 11")
                .noneMatch(line -> line.startsWith("kata_guest_load"));
    }

    @Test
    void scrapesAreCountedAndFamiliesAreIntroduced() throws IOException {
        GuestMetrics metrics = new GuestMetrics(proc);
        metrics.text();
        assertThat(metrics.text())
                .startsWith("# HELP kata_agent_scrape_count ")
                .contains("# TYPE kata_agent_scrape_count counter\nkata_agent_scrape_count 2\n")
                .endsWith("\n");
    }

    @Test
    void thisKernelsOwnFilesAreUnderstood() throws IOException {
        assertThat(new GuestMetrics(Path.of("/proc")).text())
                .contains("kata_guest_meminfo{item=\"mem_available\"} ")
                .contains("kata_agent_proc_status{item=\"vmrss\"} ");
    }

    @Test
    void labelsAreEscaped() {
        Exposition out = new Exposition();
        out.gauge("g", "help").sample(1, "l", "a\"b\\c\nd");
        assertThat(out.toString()).endsWith("g{l=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
