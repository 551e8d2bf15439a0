package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import java.util.List;
import java.util.Map;

/// A container that sees the guest as the agent does, and tells what there is of others: processes,
/// mounts, control groups, disks, files at run time, descriptors of the agent.
final class GuestProbe {
    private static final String ID = "probe";

    /// Processes of the probe's own control group are left out, and so are the kernel's.
    private static final String SCRIPT =
            """
            cd /guest
            for p in proc/[0-9]*; do
              [ -n "$(tr '\\0' ' ' <$p/cmdline 2>/dev/null)" ] || continue
              [ "$(cat $p/cgroup 2>/dev/null)" = "0::/" ] || echo "process $(cat $p/comm 2>/dev/null)"
            done
            while read -r what where rest; do echo "mount $where"; done <proc/1/mounts
            find sys/fs/cgroup -type d | sed 's/^/group /'
            ls sys/block | sed 's/^/disk /'
            find run -xdev | grep -v '/exec-\\|crun-' | sed 's/^/file /'
            echo "descriptors of the agent: $(ls proc/1/fd | wc -l)"
            """;

    private final Sandbox sandbox;

    private GuestProbe(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    /// Puts the probe into a sandbox that runs.
    static GuestProbe in(Sandbox sandbox) throws InterruptedException {
        sandbox.createContainer(
                new ContainerConfig(
                        ID,
                        new Rootfs.Packed(Installation.rootfs()),
                        false,
                        process("sleep", "100000"),
                        null,
                        List.of(new Mount("/guest", "bind", "/", List.of("rbind", "ro"))),
                        Resources.UNCHANGED,
                        List.of(),
                        List.of(),
                        Map.of(),
                        null,
                        false,
                        Map.of()));
        sandbox.startContainer(ID);
        return new GuestProbe(sandbox);
    }

    /// Reading what belongs to the agent takes more than a container usually has.
    private static ProcessConfig process(String... command) {
        return new ProcessConfig(
                List.of(command),
                List.of(),
                "/",
                ProcessConfig.User.ROOT,
                false,
                Capabilities.of(
                        List.of("CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH")),
                List.of(),
                false,
                0);
    }

    /// Runs something in the probe and returns what it printed.
    String run(String script) throws Exception {
        String process = sandbox.enterContainer(ID, process("/bin/sh", "-c", script));
        try (ProcessStreams streams = sandbox.ioStream(ID, process)) {
            String output = new String(streams.stdout().readAllBytes(), UTF_8);
            String errors = new String(streams.stderr().readAllBytes(), UTF_8);
            assertThat(sandbox.waitProcess(ID, process).code()).as("%s%s", output, errors).isZero();
            return output;
        }
    }

    List<String> look() throws Exception {
        return run(SCRIPT).lines().sorted().toList();
    }

    /// Waits until the guest is as it was.
    void awaitAsBefore(List<String> before) throws Exception {
        List<String> now = look();
        for (int attempt = 0; attempt < 10 && !now.equals(before); attempt++) {
            now = look();
        }
        assertThat(now).isEqualTo(before);
    }
}
