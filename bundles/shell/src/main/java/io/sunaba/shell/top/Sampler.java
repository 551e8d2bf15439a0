package io.sunaba.shell.top;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStats;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures all sandboxes and containers.
final class Sampler {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

    /// A sandbox whose guest takes longer is shown without measurements.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Comparator<Usage> BUSIEST_FIRST =
            Comparator.comparingDouble(
                            (Usage usage) -> usage.cpuPercent() == null ? -1 : usage.cpuPercent())
                    .reversed();

    private record Measured(SandboxStats stats, long nanos) {}

    private final Supplier<Sandboxes> sandboxes;
    private final Meter meter = new Meter();

    Sampler(Supplier<Sandboxes> sandboxes) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    /// Returns the sandboxes, the busiest first, and below each its containers in the same order.
    List<Usage> sample() throws InterruptedException {
        List<SandboxStatus> known = sandboxes.get().list();
        Map<String, Measured> measured = measure(known);
        List<List<Usage>> groups = new ArrayList<>();
        for (SandboxStatus status : known) {
            groups.add(group(status, measured.get(status.id())));
        }
        meter.forgetOthers();
        groups.sort(Comparator.comparing(List::getFirst, BUSIEST_FIRST));
        return groups.stream().flatMap(List::stream).toList();
    }

    /// Asks all guests at once.
    private Map<String, Measured> measure(List<SandboxStatus> known) throws InterruptedException {
        Map<String, Measured> measured = new ConcurrentHashMap<>();
        List<Thread> threads =
                known.stream()
                        .filter(status -> status.state() != SandboxState.STOPPED)
                        .map(status ->
                                Thread.ofVirtual()
                                        .name("measure")
                                        .start(() -> measure(status.id(), measured)))
                        .toList();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } finally {
            threads.forEach(Thread::interrupt);
        }
        // Who is late writes into the map no more that is looked at.
        return Map.copyOf(measured);
    }

    private void measure(String id, Map<String, Measured> measured) {
        try {
            SandboxStats stats = sandboxes.get().fetch(id).stats();
            measured.put(id, new Measured(stats, System.nanoTime()));
        } catch (SunabaException | InterruptedException e) {
            LOG.debug("{} is shown without measurements", id, e);
        }
    }

    private List<Usage> group(SandboxStatus status, @Nullable Measured measured) {
        List<Usage> containers = new ArrayList<>();
        for (ContainerStatus container : status.containers()) {
            containers.add(container(status.id(), container, measured));
        }
        containers.sort(BUSIEST_FIRST);
        List<Usage> group = new ArrayList<>();
        group.add(sandbox(status, measured));
        group.addAll(containers);
        return group;
    }

    private Usage sandbox(SandboxStatus status, @Nullable Measured measured) {
        String state = word(status.state());
        if (measured == null) {
            return new Usage(status.id(), null, state, null, null, null);
        }
        long processes =
                measured.stats().containers().stream().mapToLong(ContainerStats::processes).sum();
        var machine = measured.stats().machine();
        return machine == null
                ? new Usage(status.id(), null, state, null, null, processes)
                : new Usage(
                        status.id(),
                        null,
                        state,
                        meter.percent(status.id(), machine.cpuTime(), measured.nanos()),
                        machine.residentBytes(),
                        processes);
    }

    private Usage container(
            String sandboxId, ContainerStatus container, @Nullable Measured measured) {
        ContainerStats stats = measured == null ? null : find(measured.stats(), container.id());
        String state = word(container.state());
        return stats == null || measured == null
                ? new Usage(sandboxId, container.id(), state, null, null, null)
                : new Usage(
                        sandboxId,
                        container.id(),
                        state,
                        meter.percent(
                                sandboxId + "/" + container.id(),
                                stats.cpuTime(),
                                measured.nanos()),
                        stats.memoryBytes(),
                        stats.processes());
    }

    private static @Nullable ContainerStats find(SandboxStats stats, String containerId) {
        return stats.containers().stream()
                .filter(container -> container.id().equals(containerId))
                .findFirst()
                .orElse(null);
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
