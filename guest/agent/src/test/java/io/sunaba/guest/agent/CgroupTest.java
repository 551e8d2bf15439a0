package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.guest.protocol.CgroupStats;
import io.sunaba.guest.protocol.NetworkStats;
import io.sunaba.guest.protocol.StatsContainerResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    @TempDir private Path directory;

    @Test
    void thePathIsTheHostsOrTheContainersId() {
        Path mount = Path.of("/sys/fs/cgroup");
        assertThat(Cgroup.of(mount, "", "c1")).isEqualTo(new Cgroup("/c1", mount.resolve("c1")));
        assertThat(Cgroup.of(mount, "/a/b", "c1").path()).isEqualTo("/a/b");
        assertThat(Cgroup.of(mount, "slice:pre:c1", "c1").path()).isEqualTo("/slice/pre/c1");
        assertThatThrownBy(() -> Cgroup.of(mount, "/../x", "c1"))
                .hasMessageContaining("cgroups path '/../x' is not a plain path");
    }

    @Test
    void figuresComeFromTheFiles() throws Exception {
        write("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_throttled 2\n");
        write("memory.current", "4096\n");
        write("memory.max", "max\n");
        write("memory.stat", "anon 1\nfile 2\n");
        write("memory.events", "oom 2\noom_kill 1\n");
        write("pids.current", "3\n");
        write("io.stat", "254:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:0 \n");

        CgroupStats stats = Statistics.of(new Cgroup("/c", directory), directory).getCgroupStats();

        assertThat(stats.getCpuStats().getCpuUsage().getTotalUsage()).isEqualTo(30_000);
        assertThat(stats.getCpuStats().getThrottlingData().getThrottledPeriods()).isEqualTo(2);
        assertThat(stats.getMemoryStats().getUsage().getUsage()).isEqualTo(4096);
        assertThat(stats.getMemoryStats().getUsage().getLimit()).isZero();
        assertThat(stats.getMemoryStats().getCache()).isEqualTo(2);
        assertThat(stats.getMemoryStats().getStatsOrThrow("oom_kill")).isEqualTo(1);
        assertThat(stats.getPidsStats().getCurrent()).isEqualTo(3);
        assertThat(stats.getBlkioStats().getIoServiceBytesRecursiveList())
                .extracting(entry -> entry.getOp() + entry.getValue())
                .containsExactly("read1", "write2");
    }

    @Test
    void theNetworkIsTheSandboxs() throws Exception {
        Files.createDirectory(directory.resolve("net"));
        write(
                "net/dev",
                """
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
                  eth0:123456789   2    3    4    5     6          7         8       9      10   11   12   13    14      15         16
                """);

        StatsContainerResponse stats = Statistics.of(new Cgroup("/c", directory), directory);

        assertThat(stats.getNetworkStatsList())
                .containsExactly(
                        NetworkStats.newBuilder()
                                .setName("lo")
                                .setRxBytes(100)
                                .setRxPackets(1)
                                .setTxBytes(100)
                                .setTxPackets(1)
                                .build(),
                        NetworkStats.newBuilder()
                                .setName("eth0")
                                .setRxBytes(123_456_789)
                                .setRxPackets(2)
                                .setRxErrors(3)
                                .setRxDropped(4)
                                .setTxBytes(9)
                                .setTxPackets(10)
                                .setTxErrors(11)
                                .setTxDropped(12)
                                .build());
    }

    @Test
    void membersOfGroupsBelowBelongToIt() throws Exception {
        write("cgroup.procs", "12\n");
        Files.createDirectory(directory.resolve("below"));
        write("below/cgroup.procs", "5\n7\n");

        assertThat(new Cgroup("/c", directory).processes()).containsExactly(5, 7, 12);
    }

    private void write(String file, String text) throws Exception {
        Files.writeString(directory.resolve(file), text);
    }
}
