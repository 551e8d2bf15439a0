package io.sunaba.metrics.prometheus;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStats;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;

/// Sandboxes that run on nothing: each has this process for a machine, one container, and a guest
/// that answers as it is told to.
final class FakeSandboxes implements Sandboxes {
    final List<SandboxStatus> all = new ArrayList<>();
    final BlockingQueue<SandboxEvent> events = new LinkedBlockingQueue<>();
    volatile Callable<String> guest = () -> "kata_agent_threads 3\n";

    void add(String id, SandboxState state) {
        ContainerStatus container =
                new ContainerStatus(
                        "one",
                        state == SandboxState.RUNNING
                                ? ContainerState.RUNNING
                                : ContainerState.STOPPED,
                        List.of(),
                        null,
                        Instant.EPOCH,
                        null,
                        Map.of());
        all.add(
                new SandboxStatus(
                        id,
                        state,
                        null,
                        "fake",
                        "new",
                        1,
                        0,
                        Instant.EPOCH,
                        List.of(container),
                        Map.of()));
    }

    @Override
    public List<SandboxStatus> list() {
        return List.copyOf(all);
    }

    @Override
    public Optional<Sandbox> find(String sandboxId) {
        return all.stream()
                .filter(status -> status.id().equals(sandboxId))
                .findFirst()
                .map(this::sandbox);
    }

    private Sandbox sandbox(SandboxStatus status) {
        return (Sandbox)
                Proxy.newProxyInstance(
                        Sandbox.class.getClassLoader(),
                        new Class<?>[] {Sandbox.class},
                        (_, method, _) ->
                                switch (method.getName()) {
                                    case "id" -> status.id();
                                    case "status" -> status;
                                    case "updateRuntimeMetrics", "stats" -> stats(status.id());
                                    case "getAgentMetrics" -> guest.call();
                                    default ->
                                            throw new UnsupportedOperationException(
                                                    method.getName());
                                });
    }

    private static SandboxStats stats(String id) {
        Duration second = Duration.ofSeconds(1);
        return new SandboxStats(
                id,
                new MachineUsage(second, 2048, 1024, 3, 4, List.of(ProcessHandle.current().pid())),
                List.of(
                        new ContainerStats(
                                "one", second, second, second, second, 4096, 0, -1, 2, 5, -1)));
    }

    @Override
    public SandboxMonitor monitor() {
        return new SandboxMonitor() {
            @Override
            public SandboxEvent next() throws InterruptedException {
                return events.take();
            }

            @Override
            public void close() {
                // Nobody else waits for these.
            }
        };
    }

    @Override
    public HypervisorConfig machine(SandboxConfig config) {
        throw new UnavailableException("there are no machines here");
    }

    @Override
    public Sandbox create(SandboxConfig config) {
        throw new UnavailableException("nothing is created here");
    }

    @Override
    public Sandbox fetch(String sandboxId) {
        throw new UnavailableException("nothing is connected here");
    }
}
