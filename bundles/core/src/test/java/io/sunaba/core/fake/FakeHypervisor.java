package io.sunaba.core.fake;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.PciPath;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A host with machines, and a hypervisor plugin for them. Machines outlive the plugin's handles.
public final class FakeHypervisor implements Hypervisor {
    /// A machine, as the host has it.
    public static final class Host {
        public final MachineSpec spec;
        public final FakeGuest guest = new FakeGuest();
        public final Map<String, DiskSpec> disks = new ConcurrentHashMap<>();
        public final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
        final CompletableFuture<Void> dead = new CompletableFuture<>();
        volatile CompletableFuture<Void> line = new CompletableFuture<>();
        volatile MachineState state = MachineState.CREATED;

        Host(MachineSpec spec) {
            this.spec = spec;
        }

        /// Ends the machine as if its process were killed.
        public void kill() {
            end(new MachineExit(MachineExit.Reason.FAILED, "killed by signal 9", Instant.EPOCH));
        }

        /// Cuts the connection to the agent; the machine and its guest go on.
        public void cutLine() {
            CompletableFuture<Void> cut = line;
            line = new CompletableFuture<>();
            cut.complete(null);
        }

        void end(MachineExit how) {
            state = MachineState.GONE;
            dead.complete(null);
            exit.complete(how);
        }
    }

    /// What is left on the host, by machine id; dead machines included until they are destroyed.
    public final Map<String, Host> hosts = new ConcurrentHashMap<>();

    public final AtomicInteger openHandles = new AtomicInteger();
    private final Faults faults;

    public FakeHypervisor(Faults faults) {
        this.faults = faults;
    }

    /// Returns the only machine.
    public Host only() {
        if (hosts.size() != 1) {
            throw new IllegalStateException("machines: " + hosts.keySet());
        }
        return hosts.values().iterator().next();
    }

    @Override
    public HypervisorCapabilities capabilities() {
        return new HypervisorCapabilities("Fake 1.0", "none", 4, 64L << 20, Set.of());
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        faults.at("hypervisor.create");
        Host host = new Host(spec);
        if (hosts.putIfAbsent(spec.id(), host) != null) {
            throw new ConflictException("machine " + spec.id() + " exists");
        }
        return new Handle(host);
    }

    @Override
    public Machine attach(MachineRecord record) throws InterruptedException {
        faults.at("hypervisor.attach");
        Host host = hosts.get(record.id());
        if (host == null || host.state == MachineState.GONE) {
            throw new NotFoundException("machine " + record.id() + " is gone");
        }
        return new Handle(host);
    }

    @Override
    public List<MachineRecord> machines() {
        return hosts.values().stream().map(FakeHypervisor::record).toList();
    }

    private static MachineRecord record(Host host) {
        return new MachineRecord(
                host.spec.id(), host.spec.config().owner(), host.disks.keySet().toString());
    }

    @Override
    public void destroy(String machineId) throws InterruptedException {
        faults.at("hypervisor.destroy");
        Host host = hosts.remove(machineId);
        if (host != null) {
            host.end(new MachineExit(MachineExit.Reason.STOPPED, "destroyed", Instant.EPOCH));
        }
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        throw new RejectedException("no " + kind.getSimpleName());
    }

    private final class Handle implements Machine, DiskHotplug {
        private final Host host;
        private final CompletableFuture<MachineExit> exited = new CompletableFuture<>();
        private volatile boolean closed;

        Handle(Host host) {
            this.host = host;
            openHandles.incrementAndGet();
            CompletableFuture<Void> _ =
                    host.exit.thenAccept(how -> {
                        if (!closed) {
                            exited.complete(how);
                        }
                    });
        }

        private void at(String point) throws InterruptedException {
            faults.at(point);
            if (closed) {
                throw new UnavailableException("the handle is closed");
            }
            if (host.state == MachineState.GONE) {
                throw new ConflictException("machine is GONE");
            }
        }

        @Override
        public String id() {
            return host.spec.id();
        }

        @Override
        public MachineState state() {
            return host.state;
        }

        @Override
        public void start() throws InterruptedException {
            at("machine.start");
            host.state = MachineState.RUNNING;
        }

        @Override
        public void stop() throws InterruptedException {
            if (closed) {
                throw new UnavailableException("the handle is closed");
            }
            destroy(id());
        }

        @Override
        public void pause() throws InterruptedException {
            at("machine.pause");
            host.state = MachineState.PAUSED;
        }

        @Override
        public void resume() throws InterruptedException {
            at("machine.resume");
            host.state = MachineState.RUNNING;
        }

        @Override
        public CompletionStage<MachineExit> exited() {
            return exited;
        }

        @Override
        public MachineRecord record() {
            return FakeHypervisor.record(host);
        }

        @Override
        public void assign(String owner) {
            throw new UnsupportedOperationException(owner);
        }

        @Override
        public AgentEndpoint agentEndpoint() {
            return new AgentEndpoint.SerialPort(Path.of("/fake").resolve(id()));
        }

        @Override
        public List<String> consoleTail(int maximumLines) {
            return List.of("booting", "");
        }

        @Override
        public <T extends Ability> T ability(Class<T> kind) {
            if (kind.equals(DiskHotplug.class)) {
                return kind.cast(this);
            }
            throw new RejectedException("no " + kind.getSimpleName());
        }

        @Override
        public PciPath plugDisk(DiskSpec disk) throws InterruptedException {
            at("machine.plugDisk");
            if (host.disks.putIfAbsent(disk.id(), disk) != null) {
                throw new ConflictException("disk " + disk.id() + " is there");
            }
            return new PciPath("08/0" + host.disks.size());
        }

        @Override
        public void unplugDisk(String diskId) throws InterruptedException {
            at("machine.unplugDisk");
            host.disks.remove(diskId);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openHandles.decrementAndGet();
            }
        }
    }

    @Nullable Host host(AgentEndpoint endpoint) {
        return switch (endpoint) {
            case AgentEndpoint.SerialPort(Path socket) ->
                    hosts.get(String.valueOf(socket.getFileName()));
            case AgentEndpoint.HybridVsock _, AgentEndpoint.UnixSocket _ -> null;
        };
    }
}
