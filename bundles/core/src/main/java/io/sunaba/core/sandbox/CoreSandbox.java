package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.ContainerRecord.Intent;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.state.Operation;
import io.sunaba.core.state.SandboxTransitions;
import io.sunaba.core.validation.ContainerRules;
import io.sunaba.core.validation.Rules;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxStats;
import io.sunaba.sandbox.SandboxStatus;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The operations of the API: each checks its arguments, takes the lock that it needs, asks the
/// state tables, and has the work done.
final class CoreSandbox implements DeviceOperations, NetworkOperations {
    private final LiveSandbox live;
    private final SandboxRegistry registry;
    private final Parts parts;
    private final ContainerWork work;

    CoreSandbox(LiveSandbox live, SandboxRegistry registry) {
        this.live = requireNonNull(live, "live is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.parts = live.parts();
        this.work = live.work();
    }

    // ---- how operations go ---------------------------------------------------------------------

    private void requireLegal(Operation operation) {
        live.requireUsable();
        SandboxTransitions.next(id(), live.record().state(), operation);
    }

    /// What changes a sandbox must be stored: without a storage, nothing is begun.
    @Override
    public <T> T changing(Operation operation, SandboxLock.Body<T> body)
            throws InterruptedException {
        requireLegal(operation);
        parts.environment().records().requireStorage();
        return live.lock()
                .exclusive(() -> {
                    requireLegal(operation);
                    live.settle();
                    return body.run();
                });
    }

    @Override
    public <T> T reading(Operation operation, SandboxLock.Body<T> body)
            throws InterruptedException {
        return live.lock()
                .shared(() -> {
                    requireLegal(operation);
                    return body.run();
                });
    }

    private Agent agent() throws InterruptedException {
        return parts.connection().agent();
    }

    private ContainerStatus status(String containerId) {
        return work.require(containerId).status();
    }

    // ---- operation -----------------------------------------------------------------------------

    @Override
    public String id() {
        return live.id();
    }

    @Override
    public void start() throws InterruptedException {
        requireLegal(Operation.START);
        parts.environment().records().requireStorage();
        live.lock()
                .change(() -> {
                    live.requireUsable();
                    live.settle();
                    live.lifecycle().start();
                    live.listen();
                });
    }

    @Override
    public void stop(boolean force) throws InterruptedException {
        if (!force) {
            parts.environment().records().requireStorage();
        }
        live.lock()
                .change(() -> {
                    live.requireHeld();
                    // One whose record cannot be read shows as stopped.
                    if (!live.damaged()) {
                        live.lifecycle().stop(force);
                    }
                });
    }

    @Override
    public void delete() throws InterruptedException {
        parts.environment().records().requireStorage();
        live.delete();
        registry.forget(live);
    }

    @Override
    public SandboxStatus resize(@Nullable Integer vcpus, @Nullable Long memoryBytes)
            throws InterruptedException {
        return changing(
                Operation.RESIZE,
                () -> {
                    live.lifecycle().resize(vcpus, memoryBytes);
                    return live.record().status();
                });
    }

    @Override
    public void release() throws InterruptedException {
        live.release();
        registry.renew(live);
    }

    @Override
    public SandboxStatus status() {
        live.requireHeld();
        return live.record().status();
    }

    @Override
    public SandboxStats stats() throws InterruptedException {
        return reading(
                Operation.STATS,
                () -> {
                    SandboxRecord record = live.record();
                    List<ContainerStats> containers = new ArrayList<>();
                    for (ContainerRecord container : record.containers()) {
                        if (container.state() == ContainerState.RUNNING) {
                            containers.add(agent().statsContainer(container.id()));
                        }
                    }
                    return new SandboxStats(record.id(), usage(), containers);
                });
    }

    private @Nullable MachineUsage usage() throws InterruptedException {
        UsageMetrics metrics;
        try {
            metrics = parts.connection().machine().ability(UsageMetrics.class);
        } catch (RejectedException _) {
            return null;
        }
        return metrics.usage();
    }

    @Override
    public SandboxMonitor monitor() {
        live.requireHeld();
        SandboxMonitor monitor = parts.events().subscribe();
        live.listen();
        return monitor;
    }

    // ---- containers ----------------------------------------------------------------------------

    @Override
    public ContainerStatus createContainer(ContainerConfig config) throws InterruptedException {
        ContainerRules.check(config);
        requireLegal(Operation.CREATE_CONTAINER);
        if (!live.record().unsettled()) {
            // Early, before an image is made. What a dead platform left half made is about to go.
            work.requireFree(config.id());
        }
        RootImage image;
        try (RootImages images = registry.images(List.of(config))) {
            image = images.of(config.id());
        }
        return changing(
                Operation.CREATE_CONTAINER,
                () -> {
                    work.requireFree(config.id());
                    return work.create(config, image).status();
                });
    }

    @Override
    public ContainerStatus deleteContainer(String containerId) throws InterruptedException {
        return changing(Operation.DELETE_CONTAINER, () -> work.delete(containerId).status());
    }

    @Override
    public ContainerStatus startContainer(String containerId) throws InterruptedException {
        return changing(
                Operation.START_CONTAINER,
                () -> {
                    ContainerRecord container =
                            work.require(containerId, Operation.START_CONTAINER);
                    work.intendToStart(List.of(container));
                    try {
                        work.start(container);
                    } finally {
                        parts.ledger().flush();
                    }
                    return status(containerId);
                });
    }

    @Override
    public ContainerStatus stopContainer(String containerId, boolean force)
            throws InterruptedException {
        return changing(
                Operation.STOP_CONTAINER,
                () -> {
                    work.stop(containerId, force);
                    return status(containerId);
                });
    }

    @Override
    public String enterContainer(String containerId, ProcessConfig process)
            throws InterruptedException {
        ContainerRules.check(process);
        String processId =
                "exec-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        return reading(
                Operation.ENTER_CONTAINER,
                () -> {
                    ContainerRecord container =
                            work.require(containerId, Operation.ENTER_CONTAINER);
                    agent().execProcess(
                                    containerId,
                                    processId,
                                    FurtherProcess.of(container.config().process(), process));
                    return processId;
                });
    }

    @Override
    public void killContainer(String containerId, int signal, boolean all)
            throws InterruptedException {
        signal(Operation.KILL_CONTAINER, containerId, containerId, signal, all);
    }

    private void signal(
            Operation operation, String containerId, String processId, int signal, boolean all)
            throws InterruptedException {
        Rules.requireSignal(signal);
        reading(
                operation,
                () -> {
                    ContainerRecord container = work.require(containerId, operation);
                    // Signals to the dead are lost.
                    if (container.state() != ContainerState.STOPPED) {
                        agent().signalProcess(containerId, all ? null : processId, signal);
                    }
                    return container;
                });
    }

    @Override
    public void pauseContainer(String containerId) throws InterruptedException {
        change(Operation.PAUSE_CONTAINER, containerId, each -> each.intending(Intent.PAUSE));
    }

    @Override
    public void resumeContainer(String containerId) throws InterruptedException {
        change(Operation.RESUME_CONTAINER, containerId, each -> each.intending(Intent.RESUME));
    }

    private void change(
            Operation operation, String containerId, UnaryOperator<ContainerRecord> intention)
            throws InterruptedException {
        changing(
                operation,
                () -> {
                    work.change(intention.apply(work.require(containerId, operation)));
                    return status(containerId);
                });
    }

    @Override
    public ProcessList processListContainer(String containerId, List<String> options)
            throws InterruptedException {
        return reading(
                Operation.PROCESS_LIST_CONTAINER,
                () -> {
                    work.require(containerId, Operation.PROCESS_LIST_CONTAINER);
                    return agent().listProcesses(containerId, options);
                });
    }

    @Override
    public ContainerStats statsContainer(String containerId) throws InterruptedException {
        return reading(
                Operation.STATS_CONTAINER,
                () -> {
                    work.require(containerId, Operation.STATS_CONTAINER);
                    return agent().statsContainer(containerId);
                });
    }

    @Override
    public ContainerStatus statusContainer(String containerId) {
        live.requireHeld();
        return status(containerId);
    }

    @Override
    public void updateContainer(String containerId, Resources resources)
            throws InterruptedException {
        ContainerRules.check(resources);
        change(
                Operation.UPDATE_CONTAINER,
                containerId,
                each -> each.limitedTo(resources).intending(Intent.UPDATE));
    }

    @Override
    public ExitStatus waitProcess(String containerId, String processId)
            throws InterruptedException {
        live.requireHeld();
        ContainerRecord container = work.require(containerId);
        ExitStatus past =
                processId.equals(containerId)
                        ? pastOfFirst(container)
                        : parts.processes().past(containerId, processId);
        if (past != null) {
            return past;
        }
        requireLegal(Operation.WAIT_PROCESS);
        work.require(containerId, Operation.WAIT_PROCESS);
        return parts.processes().await(containerId, processId);
    }

    private @Nullable ExitStatus pastOfFirst(ContainerRecord container) {
        if (container.state() != ContainerState.STOPPED) {
            return null;
        }
        if (container.exit() == null) {
            throw new UnavailableException(
                    "how container %s of sandbox %s ended is unknown"
                            .formatted(container.id(), id()));
        }
        return container.exit();
    }

    // ---- hotplug: see DeviceOperations and NetworkOperations -----------------------------------

    @Override
    public DeviceWork devices() {
        return live.devices();
    }

    @Override
    public NetworkWork network() {
        return parts.network();
    }

    @Override
    public void requireHeld() {
        live.requireHeld();
    }

    // ---- relay ---------------------------------------------------------------------------------

    @Override
    public void winsizeProcess(String containerId, String processId, int height, int width)
            throws InterruptedException {
        Rules.requireSize(height, width);
        reading(
                Operation.WINSIZE_PROCESS,
                () -> {
                    agent().resizeTerminal(
                                    work.require(containerId, Operation.WINSIZE_PROCESS).id(),
                                    processId,
                                    height,
                                    width);
                    return processId;
                });
    }

    @Override
    public void signalProcess(String containerId, String processId, int signal, boolean all)
            throws InterruptedException {
        signal(Operation.SIGNAL_PROCESS, containerId, processId, signal, all);
    }

    @Override
    public ProcessStreams ioStream(String containerId, String processId) {
        requireLegal(Operation.IO_STREAM);
        work.require(containerId, Operation.IO_STREAM);
        return parts.streams().open(containerId, processId);
    }

    // ---- monitor -------------------------------------------------------------------------------

    @Override
    public OomEvent getOomEvent() throws InterruptedException {
        requireLegal(Operation.GET_OOM_EVENT);
        return live.oomWatch().next();
    }

    @Override
    public SandboxStats updateRuntimeMetrics() throws InterruptedException {
        return reading(Operation.STATS, () -> new SandboxStats(id(), usage(), List.of()));
    }

    @Override
    public String getAgentMetrics() throws InterruptedException {
        return reading(Operation.GET_AGENT_METRICS, () -> agent().metrics());
    }
}
