package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;

/// Containers that fork, do not listen, print without end or take all memory, in one machine: each
/// ends as it should, and when it is deleted neither guest nor host holds anything of it.
@RunWith(PaxExam.class)
public class MisbehavingContainersIT {
    private static final String ID = "bad";
    private static final int MEGABYTE = 1 << 20;
    private static final long MOST_KEPT = 8 * MEGABYTE;

    /// Each takes long enough for a container that is not held up to print megabytes.
    private static final int LOOKS = 8;

    private static final String FORK_200 =
            "i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i+1)); done; echo forked; ";

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    private interface Case {
        void in(Sandbox sandbox) throws Exception;
    }

    private static ContainerConfig container(String... command) {
        return new ContainerConfig(
                ID, new Rootfs.Packed(Installation.rootfs()), new ProcessConfig(List.of(command)));
    }

    private static ContainerConfig shell(String script) {
        return container("/bin/sh", "-c", script);
    }

    private static ContainerConfig limitedTo(long memoryBytes, String... command) {
        return container(command)
                .limitedTo(new Resources(null, null, null, null, memoryBytes, null));
    }

    @Test
    public void endAsTheyShouldAndLeaveNothing() throws Exception {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("ends at once", sandbox -> assertEnds(sandbox, container("true"), 0));
        cases.put("ends with 7", sandbox -> assertEnds(sandbox, shell("exit 7"), 7));
        cases.put("ends with 127", sandbox -> assertEnds(sandbox, shell("exit 127"), 127));
        cases.put("is no program", MisbehavingContainersIT::isNoProgram);
        cases.put("forks and ends", sandbox -> assertEnds(sandbox, shell(FORK_200), 0));
        cases.put("forks and is killed", MisbehavingContainersIT::forksAndIsKilled);
        cases.put("is ended by signals", MisbehavingContainersIT::processesAreEndedBySignals);
        cases.put("does not listen", MisbehavingContainersIT::doesNotListen);
        cases.put("prints much", MisbehavingContainersIT::printsMuch);
        cases.put("prints to a slow reader", MisbehavingContainersIT::printsToASlowReader);
        cases.put("prints to nobody", MisbehavingContainersIT::printsToNobody);
        cases.put("exhausts memory", MisbehavingContainersIT::exhaustsMemory);

        Sandbox sandbox = sandboxes.create(new SandboxConfig("misbehaving"));
        List<AssertionError> failures = new ArrayList<>();
        try {
            sandbox.start();
            GuestProbe probe = GuestProbe.in(sandbox);
            assertSeesOthers(sandbox, probe);
            for (Map.Entry<String, Case> each : cases.entrySet()) {
                try {
                    assertLeavesNothing(sandbox, probe, each.getValue());
                } catch (Exception | AssertionError e) {
                    failures.add(new AssertionError(each.getKey() + ": " + e.getMessage(), e));
                    sandbox.stopContainer(ID, true);
                    sandbox.deleteContainer(ID);
                }
            }
        } finally {
            sandbox.stop(true);
            sandbox.delete();
        }
        assertThat(failures).isEmpty();
    }

    /// Also loads what is loaded once, in host and guest.
    private static void assertSeesOthers(Sandbox sandbox, GuestProbe probe) throws Exception {
        List<String> before = probe.look();
        start(sandbox, container("sleep", "1000"));
        List<String> seen = new ArrayList<>(probe.look());
        before.forEach(seen::remove);
        for (String kind : List.of("process sleep", "mount", "group", "disk", "file")) {
            assertThat(seen).as("what a container is").anyMatch(line -> line.startsWith(kind));
        }
        assertThat(seen).anyMatch(line -> line.startsWith("group") && line.endsWith("/" + ID));
        sandbox.killContainer(ID, 9, false);
        assertEnded(sandbox, 137);
        sandbox.deleteContainer(ID);
    }

    private static void assertLeavesNothing(Sandbox sandbox, GuestProbe probe, Case each)
            throws Exception {
        List<String> guest = probe.look();
        long machineDescriptors = machineDescriptors(sandbox);
        HostFootprint host = HostFootprint.take();
        each.in(sandbox);
        sandbox.deleteContainer(ID);
        probe.awaitAsBefore(guest);
        assertThat(machineDescriptors(sandbox))
                .as("descriptors of the machine's process")
                .isEqualTo(machineDescriptors);
        host.awaitAsBefore(MOST_KEPT);
    }

    private static long machineDescriptors(Sandbox sandbox) throws InterruptedException {
        return requireNonNull(sandbox.stats().machine()).openFiles();
    }

    private static void start(Sandbox sandbox, ContainerConfig config) throws InterruptedException {
        sandbox.createContainer(config);
        sandbox.startContainer(ID);
    }

    private static void assertEnds(Sandbox sandbox, ContainerConfig config, int code)
            throws InterruptedException {
        start(sandbox, config);
        assertEnded(sandbox, code);
    }

    private static void assertEnded(Sandbox sandbox, int code) throws InterruptedException {
        assertThat(sandbox.waitProcess(ID, ID).code()).isEqualTo(code);
        assertThat(sandbox.statusContainer(ID).state()).isEqualTo(ContainerState.STOPPED);
        assertThat(requireNonNull(sandbox.statusContainer(ID).exit()).code()).isEqualTo(code);
    }

    private static void isNoProgram(Sandbox sandbox) throws Exception {
        assertThatThrownBy(() -> start(sandbox, container("/bin/nonesuch")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("/bin/nonesuch")
                .message()
                .doesNotContain("\n");
        // Deleted with the others.
        if (sandbox.status().containers().stream().noneMatch(each -> each.id().equals(ID))) {
            sandbox.createContainer(container("true"));
        }
    }

    private static void awaitLine(InputStream stream, String line) throws IOException {
        assertThat(new String(stream.readNBytes(line.length()), UTF_8)).isEqualTo(line);
    }

    private static void forksAndIsKilled(Sandbox sandbox) throws Exception {
        start(sandbox, shell(FORK_200 + "wait"));
        try (ProcessStreams streams = sandbox.ioStream(ID, ID)) {
            awaitLine(streams.stdout(), "forked\n");
        }
        assertThat(sandbox.processListContainer(ID, List.of()).rows())
                .hasSizeGreaterThanOrEqualTo(201);
        assertThat(sandbox.statsContainer(ID).processes()).isGreaterThanOrEqualTo(201);
        sandbox.killContainer(ID, 9, true);
        assertEnded(sandbox, 137);
    }

    /// A container's first process is spared signals that it does not handle, others are not.
    private static void processesAreEndedBySignals(Sandbox sandbox) throws Exception {
        start(sandbox, container("sleep", "1000"));
        for (int signal : List.of(1, 6, 9, 11, 15)) {
            String itself =
                    sandbox.enterContainer(
                            ID,
                            new ProcessConfig(List.of("/bin/sh", "-c", "kill -" + signal + " $$")));
            assertThat(sandbox.waitProcess(ID, itself).code()).isEqualTo(128 + signal);
            String other = sandbox.enterContainer(ID, new ProcessConfig(List.of("sleep", "1000")));
            sandbox.signalProcess(ID, other, signal, false);
            assertThat(sandbox.waitProcess(ID, other).code()).isEqualTo(128 + signal);
        }
        sandbox.killContainer(ID, 9, false);
        assertEnded(sandbox, 137);
    }

    private static void doesNotListen(Sandbox sandbox) throws Exception {
        start(sandbox, shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
        try (ProcessStreams streams = sandbox.ioStream(ID, ID)) {
            awaitLine(streams.stdout(), "ready\n");
        }
        long start = System.nanoTime();
        sandbox.stopContainer(ID, false);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("container.stop.timeout and a little")
                .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
        assertEnded(sandbox, 137);
    }

    private static void printsMuch(Sandbox sandbox) throws Exception {
        start(sandbox, container("head", "-c", "104857600", "/dev/zero"));
        long before = HostFootprint.heapAfterCollection();
        long count = 0;
        long most = 0;
        try (ProcessStreams streams = sandbox.ioStream(ID, ID)) {
            byte[] bytes = new byte[MEGABYTE];
            for (int read = streams.stdout().readNBytes(bytes, 0, bytes.length);
                    read > 0;
                    read = streams.stdout().readNBytes(bytes, 0, bytes.length)) {
                count += read;
                if (count % (20 * MEGABYTE) == 0) {
                    most = Math.max(most, HostFootprint.heapAfterCollection());
                }
            }
        }
        assertThat(count).isEqualTo(100L * MEGABYTE);
        assertThat(most - before).as("bytes on the way").isLessThan(MOST_KEPT);
        assertEnded(sandbox, 0);
    }

    private static final String PRINT_AND_COUNT =
            "i=0; while :; do head -c 65536 /dev/zero; i=$((i+1)); echo $i >/tmp/count; done";

    private static void printsToASlowReader(Sandbox sandbox) throws Exception {
        start(sandbox, shell(PRINT_AND_COUNT));
        try (ProcessStreams streams = sandbox.ioStream(ID, ID)) {
            assertThat(streams.stdout().readNBytes(MEGABYTE)).hasSize(MEGABYTE);
            assertHeldUp(sandbox, MEGABYTE);
            assertThat(streams.stdout().readNBytes(3 * MEGABYTE)).hasSize(3 * MEGABYTE);
            assertHeldUp(sandbox, 4 * MEGABYTE);
        }
        sandbox.killContainer(ID, 9, true);
        assertEnded(sandbox, 137);
    }

    private static void printsToNobody(Sandbox sandbox) throws Exception {
        start(sandbox, shell(PRINT_AND_COUNT));
        assertHeldUp(sandbox, 0);
        sandbox.killContainer(ID, 9, true);
        assertEnded(sandbox, 137);
    }

    /// Asserts that what was printed is what was read, what a pipe holds, and a chunk on the way.
    private static void assertHeldUp(Sandbox sandbox, long read) throws Exception {
        long before = HostFootprint.heapAfterCollection();
        long most = read + (64 << 10) + (256 << 10);
        long last = 0;
        for (int look = 0; look < LOOKS; look++) {
            last = printed(sandbox);
            assertThat(last).isLessThanOrEqualTo(most);
        }
        assertThat(printed(sandbox)).as("does not go on").isEqualTo(last);
        assertThat(HostFootprint.heapAfterCollection() - before).isLessThan(MOST_KEPT);
    }

    private static long printed(Sandbox sandbox) throws Exception {
        String process =
                sandbox.enterContainer(ID, new ProcessConfig(List.of("cat", "/tmp/count")));
        try (ProcessStreams streams = sandbox.ioStream(ID, process)) {
            String count = new String(streams.stdout().readAllBytes(), UTF_8).strip();
            streams.stderr().readAllBytes();
            sandbox.waitProcess(ID, process);
            return count.isEmpty() ? 0 : Long.parseLong(count) << 16;
        }
    }

    private static void exhaustsMemory(Sandbox sandbox) throws Exception {
        try (SandboxMonitor monitor = sandbox.monitor()) {
            CompletableFuture<OomEvent> told = new CompletableFuture<>();
            Thread waiting =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    told.complete(sandbox.getOomEvent());
                                } catch (Exception e) {
                                    told.completeExceptionally(e);
                                }
                            });
            Installation.await(
                    "somebody waits for an OOM event",
                    () -> waiting.getState() == Thread.State.WAITING);
            start(
                    sandbox,
                    limitedTo(
                            16 * MEGABYTE,
                            "dd",
                            "if=/dev/zero",
                            "of=/dev/null",
                            "bs=64M",
                            "count=1"));
            assertEnded(sandbox, 137);
            assertThat(told.get(20, TimeUnit.SECONDS)).isEqualTo(new OomEvent(ID));
            SandboxEvent event = monitor.next();
            while (!(event instanceof SandboxEvent.OutOfMemory)) {
                event = monitor.next();
            }
            assertThat(((SandboxEvent.OutOfMemory) event).containerId()).isEqualTo(ID);
        }
    }
}
