package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.model.snapshots.Labels;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What is measured of one sandbox: its machine's process on this host, its containers, its guest.
final class SandboxMeasurements {
    private static final double NANOS = 1e9;

    private final Sandbox sandbox;
    private final Path proc;
    private final String id;

    private SandboxMeasurements(Sandbox sandbox, Path proc) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.proc = requireNonNull(proc, "proc is null");
        this.id = sandbox.id();
    }

    /// Returns what there is to measure of a sandbox in its state.
    static List<Scrape.Task> of(Sandbox sandbox, SandboxStatus status, Path proc) {
        if (status.state() == SandboxState.STOPPED) {
            return List.of();
        }
        SandboxMeasurements measurements = new SandboxMeasurements(sandbox, proc);
        List<Scrape.Task> tasks = new ArrayList<>();
        tasks.add(task(Part.MACHINE, measurements::addMachine));
        if (status.state() != SandboxState.PAUSED) {
            tasks.add(task(Part.GUEST, measurements::addGuest));
            if (status.containers().stream()
                    .anyMatch(container -> container.state() == ContainerState.RUNNING)) {
                tasks.add(task(Part.CONTAINERS, measurements::addContainers));
            }
        }
        return tasks;
    }

    /// A sandbox that was stopped or deleted meanwhile has nothing to measure, and nothing failed.
    private static Scrape.Task task(Part part, Scrape.Measurement measurement) {
        return new Scrape.Task(
                part,
                samples -> {
                    try {
                        measurement.add(samples);
                    } catch (ConflictException | NotFoundException _) {
                        // There is nothing to tell.
                    }
                });
    }

    private void addMachine(Samples samples) throws IOException, InterruptedException {
        MachineUsage usage = sandbox.updateRuntimeMetrics().machine();
        if (usage == null) {
            return;
        }
        String[] labels = {"sandbox_id", id};
        samples.add(
                "sunaba_machine_cpu_seconds_total",
                "Processor time of the host processes of the machine.",
                seconds(usage.cpuTime()),
                labels);
        samples.add(
                "sunaba_machine_resident_bytes",
                "Resident memory of the host processes of the machine, shared pages included.",
                usage.residentBytes(),
                labels);
        samples.add(
                "sunaba_machine_proportional_bytes",
                "Resident memory of the host processes of the machine, shared pages divided.",
                usage.proportionalBytes(),
                labels);
        if (!usage.processIds().isEmpty()) {
            HostProcess.measure(
                    proc.resolve(Long.toString(usage.processIds().getFirst())),
                    "kata_hypervisor_",
                    "the hypervisor process",
                    Labels.of(labels),
                    samples);
        }
    }

    private void addContainers(Samples samples) throws InterruptedException {
        for (ContainerStats stats : sandbox.stats().containers()) {
            String[] labels = {"sandbox_id", id, "container_id", stats.id()};
            samples.add(
                    "sunaba_container_cpu_seconds_total",
                    "Processor time of the container.",
                    seconds(stats.cpuTime()),
                    labels);
            samples.add(
                    "sunaba_container_memory_bytes",
                    "Memory in use by the container, caches included.",
                    stats.memoryBytes(),
                    labels);
            samples.add(
                    "sunaba_container_processes",
                    "Processes and threads of the container.",
                    stats.processes(),
                    labels);
            samples.add(
                    "sunaba_container_out_of_memory_kills_total",
                    "Processes of the container killed for lack of memory.",
                    stats.outOfMemoryKills(),
                    labels);
        }
    }

    private void addGuest(Samples samples) throws IOException, InterruptedException {
        int refused = GuestText.read(sandbox.getAgentMetrics(), id, samples);
        samples.add(
                "sunaba_guest_lines_refused",
                "Lines of the guest's metrics that were not taken over.",
                refused,
                "sandbox_id",
                id);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
