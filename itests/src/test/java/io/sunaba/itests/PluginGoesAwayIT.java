package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Sandboxes;
import java.util.Arrays;
import java.util.List;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/// A running container outlives the bundle of its hypervisor, and is served again when that is
/// back.
@RunWith(PaxExam.class)
public class PluginGoesAwayIT {
    @Inject private BundleContext context;

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    private Bundle bundle(String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private static String run(Sandbox sandbox, String... command)
            throws InterruptedException, java.io.IOException {
        String process = sandbox.enterContainer("c", new ProcessConfig(List.of(command)));
        try (ProcessStreams streams = sandbox.ioStream("c", process)) {
            return new String(streams.stdout().readAllBytes(), UTF_8);
        }
    }

    @Test
    public void containerOutlivesItsHypervisorBundle() throws Exception {
        Sandbox sandbox =
                sandboxes.create(
                        new SandboxConfig(
                                "outlives",
                                new ContainerConfig(
                                        "c",
                                        new Rootfs.Packed(Installation.rootfs()),
                                        new ProcessConfig(List.of("sleep", "1000")))));
        try {
            sandbox.start();
            Bundle qemu = bundle("io.sunaba.hypervisor.qemu");
            qemu.stop();
            assertThat(run(sandbox, "echo", "without")).isEqualTo("without\n");
            assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
            qemu.start();
            assertThat(run(sandbox, "echo", "again")).isEqualTo("again\n");
            assertThat(sandbox.stats().machine()).isNotNull();
        } finally {
            sandbox.stop(true);
            sandbox.delete();
        }
        assertThat(sandboxes.list()).isEmpty();
    }
}
