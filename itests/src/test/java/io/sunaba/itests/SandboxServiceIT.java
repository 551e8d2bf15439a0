package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Sandboxes;
import java.util.List;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;

/// The sandbox API as a bundle sees it: a service, on a real framework, with a real machine behind
/// it.
@RunWith(PaxExam.class)
public class SandboxServiceIT {
    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    private static ContainerConfig container(String id, String... command) {
        return new ContainerConfig(
                id, new Rootfs.Packed(Installation.rootfs()), new ProcessConfig(List.of(command)));
    }

    @Test
    public void containerRunsInMachine() throws Exception {
        Sandbox sandbox =
                sandboxes.create(
                        new SandboxConfig(
                                "exam",
                                container(
                                        "hello",
                                        "/bin/sh",
                                        "-c",
                                        "echo hello; read line; echo $line; exit 9")));
        try (SandboxMonitor monitor = sandbox.monitor()) {
            assertThat(sandbox.status().state()).isEqualTo(SandboxState.READY);
            assertThatThrownBy(() -> sandboxes.create(new SandboxConfig("exam")))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("exam");

            sandbox.start();
            assertThat(monitor.next()).isInstanceOf(SandboxEvent.class);
            String process =
                    sandbox.enterContainer(
                            "hello", new ProcessConfig(List.of("cat", "/proc/1/comm")));
            try (ProcessStreams streams = sandbox.ioStream("hello", process)) {
                assertThat(new String(streams.stdout().readAllBytes(), UTF_8)).isEqualTo("sh\n");
            }
            assertThat(sandbox.waitProcess("hello", process).code()).isZero();
            assertThat(sandbox.statsContainer("hello").memoryBytes()).isPositive();
            assertThat(requireNonNull(sandbox.stats().machine()).residentBytes())
                    .isGreaterThan(16 << 20);

            try (ProcessStreams streams = sandbox.ioStream("hello", "hello")) {
                streams.stdin().write("line\n".getBytes(UTF_8));
                streams.stdin().close();
                assertThat(new String(streams.stdout().readAllBytes(), UTF_8))
                        .isEqualTo("hello\nline\n");
            }
            assertThat(sandbox.waitProcess("hello", "hello").code()).isEqualTo(9);
            Installation.await(
                    "stopped",
                    () -> sandbox.statusContainer("hello").state() == ContainerState.STOPPED);
        } finally {
            sandbox.stop(true);
            sandbox.delete();
        }
        assertThat(sandboxes.list()).isEmpty();
        assertThatThrownBy(() -> sandboxes.fetch("exam"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("exam");
    }
}
