package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Sandboxes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;

/// Many callers of one sandbox at once: no call fails, none holds up another, and nothing is left
/// of them.
@RunWith(PaxExam.class)
public class ParallelCallsIT {
    private static final String ID = "busy";
    private static final int CALLERS = 32;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration STRESS = Duration.ofSeconds(60);
    private static final int FEW_ROUNDS = 10;

    /// More processes than the guest could remember if it kept a buffer of each.
    private static final int ROUNDS = 20;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long MOST_KEPT = 8 << 20;

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    private interface Body {
        void with(Sandbox sandbox) throws Exception;
    }

    /// Runs a body on a sandbox with one container, whose first process is a shell that waits.
    private void onSandbox(Body body) throws Exception {
        Sandbox sandbox =
                sandboxes.create(
                        new SandboxConfig(
                                "parallel",
                                new ContainerConfig(
                                        ID,
                                        new Rootfs.Packed(Installation.rootfs()),
                                        new ProcessConfig(List.of("sleep", "100000")))));
        try {
            sandbox.start();
            body.with(sandbox);
        } finally {
            sandbox.stop(true);
            sandbox.delete();
        }
    }

    private static String exec(Sandbox sandbox, String... command) throws InterruptedException {
        return sandbox.enterContainer(ID, new ProcessConfig(List.of(command)));
    }

    @Test
    public void aMinuteOfStatusStatsAndExecLeavesNothing() throws Exception {
        onSandbox(sandbox -> {
            call(sandbox, WARM_UP, FEW_ROUNDS);
            HostFootprint before = HostFootprint.take();
            long machineDescriptors = machineDescriptors(sandbox);
            call(sandbox, STRESS, ROUNDS);
            before.awaitAsBefore(MOST_KEPT);
            assertThat(machineDescriptors(sandbox)).isEqualTo(machineDescriptors);
            assertThat(sandbox.processListContainer(ID, List.of()).rows())
                    .as("the container's own, and the list's")
                    .hasSizeLessThanOrEqualTo(2);
        });
    }

    private static long machineDescriptors(Sandbox sandbox) throws InterruptedException {
        return requireNonNull(sandbox.stats().machine()).openFiles();
    }

    /// Calls from many threads, for some time and some rounds each; the first failure is the
    /// result.
    private static void call(Sandbox sandbox, Duration time, int rounds) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int kind = caller;
                running.add(
                        callers.submit(() -> {
                            int round = kind;
                            while (round < kind + rounds || System.nanoTime() < end) {
                                callOnce(sandbox, round++);
                            }
                            return null;
                        }));
            }
            for (Future<?> each : running) {
                each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    private static void callOnce(Sandbox sandbox, int round) throws Exception {
        switch (round % 4) {
            case 0 -> assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
            case 1 -> assertThat(sandbox.stats().containers()).hasSize(1);
            case 2 -> {
                String process = exec(sandbox, "/bin/sh", "-c", "exit " + round % 200);
                assertThat(sandbox.waitProcess(ID, process).code()).isEqualTo(round % 200);
            }
            default -> {
                String process = exec(sandbox, "echo", Integer.toString(round));
                try (ProcessStreams streams = sandbox.ioStream(ID, process)) {
                    // Standard error is left alone, as many do.
                    assertThat(new String(streams.stdout().readAllBytes(), UTF_8))
                            .isEqualTo(round + "\n");
                }
            }
        }
    }

    @Test
    public void whoWaitsHoldsNobodyUp() throws Exception {
        onSandbox(sandbox -> {
            String cat = exec(sandbox, "cat");
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
                    ProcessStreams streams = sandbox.ioStream(ID, cat)) {
                Future<ExitStatus> exit = callers.submit(() -> sandbox.waitProcess(ID, cat));
                Future<ExitStatus> another = callers.submit(() -> sandbox.waitProcess(ID, cat));
                Future<Integer> output = callers.submit(() -> streams.stdout().read());
                Future<Integer> errors = callers.submit(() -> streams.stderr().read());
                assertOthersGoOn(sandbox, callers);
                assertThatThrownBy(() -> sandbox.ioStream(ID, cat))
                        .isInstanceOf(ConflictException.class)
                        .hasMessageContainingAll(cat, ID, "open already");
                assertThat(List.of(exit, another, output, errors)).noneMatch(Future::isDone);

                streams.stdin().write('x');
                assertThat(output.get(20, TimeUnit.SECONDS)).isEqualTo((int) 'x');
                assertThat(exit.isDone()).isFalse();
                streams.stdin().close();
                assertThat(exit.get(20, TimeUnit.SECONDS).code()).isZero();
                assertThat(another.get()).isEqualTo(exit.get());
                assertThat(errors.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
                assertThat(streams.stdout().read()).isEqualTo(-1);
            }
            halfCloseLeavesOutputOpen(sandbox);
            bytesPassUnchangedBothWays(sandbox);
        });
    }

    private static void assertOthersGoOn(Sandbox sandbox, ExecutorService callers)
            throws Exception {
        List<Callable<Object>> calls =
                List.of(
                        sandbox::status,
                        sandbox::stats,
                        () -> sandbox.statsContainer(ID),
                        () -> sandbox.waitProcess(ID, exec(sandbox, "true")),
                        () -> {
                            sandbox.pauseContainer(ID);
                            sandbox.resumeContainer(ID);
                            return ID;
                        });
        for (Callable<Object> each : calls) {
            assertThat(callers.submit(each).get(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private static void halfCloseLeavesOutputOpen(Sandbox sandbox) throws Exception {
        String process = exec(sandbox, "/bin/sh", "-c", "cat >/dev/null; echo still here; exit 4");
        try (ProcessStreams streams = sandbox.ioStream(ID, process)) {
            streams.stdin().write("input".getBytes(UTF_8));
            streams.stdin().close();
            assertThat(new String(streams.stdout().readAllBytes(), UTF_8))
                    .isEqualTo("still here\n");
        }
        assertThat(sandbox.waitProcess(ID, process).code()).isEqualTo(4);
    }

    private static void bytesPassUnchangedBothWays(Sandbox sandbox) throws Exception {
        byte[] sent = new byte[3 << 20];
        new Random(3).nextBytes(sent);
        String process = exec(sandbox, "/bin/sh", "-c", "tee /dev/stderr");
        try (ProcessStreams streams = sandbox.ioStream(ID, process);
                ExecutorService feeders = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> fed =
                    feeders.submit(() -> {
                        streams.stdin().write(sent);
                        streams.stdin().close();
                        return null;
                    });
            Future<byte[]> errors = feeders.submit(() -> streams.stderr().readAllBytes());
            assertThat(streams.stdout().readAllBytes()).isEqualTo(sent);
            assertThat(errors.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            fed.get(20, TimeUnit.SECONDS);
        }
        assertThat(sandbox.waitProcess(ID, process).code()).isZero();
    }
}
