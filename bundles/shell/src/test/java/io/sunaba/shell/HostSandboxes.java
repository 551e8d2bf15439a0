package io.sunaba.shell;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.sandbox.TerminalSize;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Sandboxes whose containers are plain processes of this host.
public final class HostSandboxes implements Sandboxes {
    private final Map<String, HostSandbox> sandboxes = new ConcurrentHashMap<>();
    private final List<HostMonitor> monitors = new CopyOnWriteArrayList<>();
    private final List<SandboxConfig> created = new CopyOnWriteArrayList<>();
    private final List<TerminalSize> sizes = new CopyOnWriteArrayList<>();

    /// Returns what sandboxes were asked for, those that are gone included.
    public List<SandboxConfig> created() {
        return List.copyOf(created);
    }

    /// Returns the sizes that terminals of processes were given.
    public List<TerminalSize> sizes() {
        return List.copyOf(sizes);
    }

    /// Tells those who follow, waiting for the first one.
    public void publish(SandboxEvent event) {
        while (monitors.isEmpty()) {
            Thread.onSpinWait();
        }
        monitors.forEach(monitor -> monitor.add(event));
    }

    /// Tells whether somebody follows.
    public boolean followed() {
        return !monitors.isEmpty();
    }

    @Override
    public HypervisorConfig machine(SandboxConfig config) {
        return new HypervisorConfig(
                "host",
                "sandbox/" + config.id(),
                new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "", "host"),
                Objects.requireNonNullElse(config.vcpus(), 1),
                1,
                Objects.requireNonNullElse(config.memoryBytes(), 1L << 20),
                1L << 20,
                false,
                Duration.ofSeconds(1));
    }

    @Override
    public Sandbox create(SandboxConfig config) {
        HostSandbox sandbox = new HostSandbox(config, sizes, () -> sandboxes.remove(config.id()));
        if (sandboxes.putIfAbsent(config.id(), sandbox) != null) {
            throw new ConflictException("sandbox %s exists".formatted(config.id()));
        }
        created.add(config);
        return asSandbox(sandbox);
    }

    @Override
    public Sandbox fetch(String sandboxId) {
        return find(sandboxId)
                .orElseThrow(() -> new NotFoundException("there is no sandbox " + sandboxId));
    }

    @Override
    public Optional<Sandbox> find(String sandboxId) {
        return Optional.ofNullable(sandboxes.get(sandboxId)).map(HostSandboxes::asSandbox);
    }

    @Override
    public List<SandboxStatus> list() {
        return sandboxes.values().stream().map(HostSandbox::status).toList();
    }

    @Override
    public SandboxMonitor monitor() {
        HostMonitor monitor = new HostMonitor(monitors);
        monitors.add(monitor);
        return monitor;
    }

    /// Calls the method of the same name and parameters; what is not needed here is not there.
    private static Sandbox asSandbox(HostSandbox sandbox) {
        return (Sandbox)
                Proxy.newProxyInstance(
                        Sandbox.class.getClassLoader(),
                        new Class<?>[] {Sandbox.class},
                        (_, method, arguments) -> {
                            try {
                                return HostSandbox.class
                                        .getMethod(method.getName(), method.getParameterTypes())
                                        .invoke(sandbox, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        });
    }
}
