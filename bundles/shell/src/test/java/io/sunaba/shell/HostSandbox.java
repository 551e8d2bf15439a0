package io.sunaba.shell;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStats;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.TerminalSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A sandbox whose containers are plain processes of this host.
public final class HostSandbox {
    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

    private final SandboxConfig config;
    private final Runnable onDelete;
    private final Map<String, ContainerConfig> containers = new ConcurrentHashMap<>();
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private final Map<String, List<HostOutput>> outputs = new ConcurrentHashMap<>();
    private final Map<String, Device> devices = new ConcurrentSkipListMap<>();
    private final List<TerminalSize> sizes;
    private final AtomicInteger measured = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();
    private final Map<String, Interface> interfaces = new ConcurrentSkipListMap<>();
    private volatile List<Route> routes = List.of();
    private volatile SandboxState state = SandboxState.READY;

    /// @param sizes takes the sizes of terminals
    HostSandbox(SandboxConfig config, List<TerminalSize> sizes, Runnable onDelete) {
        this.config = config;
        this.sizes = sizes;
        this.onDelete = onDelete;
        List<Interface> asked = config.interfaces();
        if (asked != null) {
            asked.forEach(each -> interfaces.put(each.name(), each));
        }
        config.containers().forEach(container -> containers.put(container.id(), container));
    }

    public String id() {
        return config.id();
    }

    public Interface addInterface(Interface added) {
        if (interfaces.putIfAbsent(added.name(), added) != null) {
            throw new ConflictException("there is an interface " + added.name());
        }
        return added;
    }

    public Interface removeInterface(String name) {
        Interface removed = interfaces.remove(name);
        if (removed == null) {
            throw new NotFoundException("there is no interface " + name);
        }
        return removed;
    }

    public List<Interface> listInterfaces() {
        return List.copyOf(interfaces.values());
    }

    public List<Route> updateRoutes(List<Route> wanted) {
        routes = wanted;
        return wanted;
    }

    public List<Route> listRoutes() {
        return routes;
    }

    public void start() {
        state = SandboxState.RUNNING;
        containers.forEach((id, container) -> launch(id, container.process()));
    }

    public void stop(boolean force) {
        state = SandboxState.STOPPED;
        processes.values().forEach(Process::destroyForcibly);
    }

    public void delete() {
        onDelete.run();
    }

    public SandboxStatus status() {
        return new SandboxStatus(
                config.id(),
                state,
                null,
                "host",
                "new",
                config.vcpus() == null ? 1 : config.vcpus(),
                config.memoryBytes() == null ? 256L << 20 : config.memoryBytes(),
                CREATED,
                containers.keySet().stream().map(this::statusContainer).toList(),
                Map.of());
    }

    /// One second of processor time more with each call.
    public SandboxStats stats() {
        Duration cpuTime = Duration.ofSeconds(measured.incrementAndGet());
        return new SandboxStats(
                config.id(),
                new MachineUsage(cpuTime, 300L << 20, 200L << 20, 5, 40, List.of()),
                containers.keySet().stream()
                        .map(id ->
                                new ContainerStats(
                                        id,
                                        cpuTime.dividedBy(2),
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        2L << 20,
                                        0,
                                        -1,
                                        0,
                                        3,
                                        -1))
                        .toList());
    }

    public ContainerStatus createContainer(ContainerConfig container) {
        containers.put(container.id(), container);
        return statusContainer(container.id());
    }

    public ContainerStatus startContainer(String id) {
        launch(id, requireNonNull(containers.get(id), "no such container").process());
        return statusContainer(id);
    }

    public ContainerStatus statusContainer(String id) {
        ContainerConfig container = containers.get(id);
        if (container == null) {
            throw new NotFoundException(
                    "sandbox %s has no container %s".formatted(config.id(), id));
        }
        Process process = processes.get(id);
        boolean ended = process != null && !process.isAlive();
        return new ContainerStatus(
                id,
                process == null
                        ? ContainerState.READY
                        : ended ? ContainerState.STOPPED : ContainerState.RUNNING,
                container.process().arguments(),
                process != null && ended ? new ExitStatus(process.exitValue(), CREATED) : null,
                CREATED,
                null,
                Map.of());
    }

    public Device addDevice(DeviceInfo info) {
        Device device = new Device(info, info.destination());
        devices.put(info.id(), device);
        return device;
    }

    public void removeDevice(String id) {
        if (devices.remove(id) == null) {
            throw new NotFoundException("sandbox %s has no device %s".formatted(config.id(), id));
        }
    }

    public List<Device> listDevices() {
        return List.copyOf(devices.values());
    }

    public String enterContainer(String containerId, ProcessConfig process) {
        statusContainer(containerId);
        String id = "exec-" + next.incrementAndGet();
        launch(id, process);
        return id;
    }

    public ExitStatus waitProcess(String containerId, String processId)
            throws InterruptedException {
        return new ExitStatus(process(processId).waitFor(), CREATED);
    }

    public void signalProcess(String containerId, String processId, int signal, boolean all)
            throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process(processId).pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UnavailableException("cannot signal", e);
        }
    }

    public void winsizeProcess(String containerId, String processId, int height, int width) {
        process(processId);
        sizes.add(new TerminalSize(width, height));
    }

    public ProcessStreams ioStream(String containerId, String processId) {
        Process process = process(processId);
        List<InputStream> streams =
                requireNonNull(outputs.get(processId), processId).stream()
                        .map(HostOutput::open)
                        .toList();
        return new ProcessStreams() {
            @Override
            public OutputStream stdin() {
                return process.getOutputStream();
            }

            @Override
            public InputStream stdout() {
                return streams.getFirst();
            }

            @Override
            public InputStream stderr() {
                return streams.getLast();
            }

            @Override
            public void close() {
                try {
                    for (InputStream stream : streams) {
                        stream.close();
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    private Process process(String id) {
        Process process = processes.get(id);
        if (process == null) {
            throw new NotFoundException("there is no process " + id);
        }
        return process;
    }

    private void launch(String id, ProcessConfig process) {
        try {
            ProcessBuilder builder = new ProcessBuilder(process.arguments());
            for (String variable : process.environment()) {
                int equals = variable.indexOf('=');
                builder.environment()
                        .put(variable.substring(0, equals), variable.substring(equals + 1));
            }
            TerminalSize size = process.terminalSize();
            if (size != null) {
                sizes.add(size);
            }
            Process started = builder.start();
            outputs.put(
                    id,
                    List.of(
                            new HostOutput(started.getInputStream()),
                            new HostOutput(started.getErrorStream())));
            processes.put(id, started);
        } catch (IOException e) {
            throw new UnavailableException("cannot start " + process.arguments(), e);
        }
    }
}
