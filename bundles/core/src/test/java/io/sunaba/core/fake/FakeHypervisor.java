package io.sunaba.core.fake;

import io.sunaba.agent.GuestDevice;
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
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A host with machines, and a hypervisor plugin for them. Machines outlive the plugin's handles.
public final class FakeHypervisor implements Hypervisor {
    /// A machine, as the host has it.
    public static final class Host {
        public final MachineSpec spec;
        public final FakeGuest guest = new FakeGuest();
        public final Map<String, DiskSpec> disks = new ConcurrentHashMap<>();
        public final Map<String, InterfaceSpec> interfaces = new ConcurrentHashMap<>();
        public final Map<String, ShareSpec> shares = new ConcurrentHashMap<>();
        final Map<String, PciPath> paths = new ConcurrentHashMap<>();
        private final AtomicInteger plugged = new AtomicInteger();
        public final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
        final CompletableFuture<Void> dead = new CompletableFuture<>();
        volatile CompletableFuture<Void> line = new CompletableFuture<>();
        public volatile int vcpus;
        public volatile long memoryBytes;

        /// The most memory that the guest takes, and the least that it can do without.
        public volatile long takes = Long.MAX_VALUE;

        volatile MachineState state = MachineState.CREATED;

        Host(MachineSpec spec) {
            this.spec = spec;
            this.vcpus = spec.config().vcpus();
            this.memoryBytes = spec.config().memoryBytes();
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

    private static final Set<Class<? extends Ability>> ABILITIES =
            Set.of(DiskHotplug.class, ShareHotplug.class, InterfaceHotplug.class, Resize.class);

    /// What is left on the host, by machine id; dead machines included until they are destroyed.
    public final Map<String, Host> hosts = new ConcurrentHashMap<>();

    /// Whether it can plug network interfaces.
    public volatile boolean networks = true;

    public final AtomicInteger openHandles = new AtomicInteger();

    /// An ability that machines lack, or null.
    public volatile @Nullable Class<? extends Ability> lacking;

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
        return new HypervisorCapabilities(
                "Fake 1.0",
                "none",
                4,
                64L << 20,
                ABILITIES.stream().filter(this::has).collect(Collectors.toSet()));
    }

    private boolean has(Class<? extends Ability> kind) {
        return ABILITIES.contains(kind)
                && !kind.equals(lacking)
                && (networks || !kind.equals(InterfaceHotplug.class));
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
                host.spec.id(),
                host.spec.config().owner(),
                host.disks.keySet() + " " + host.interfaces.keySet());
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

    private final class Handle
            implements Machine, ShareHotplug, DiskHotplug, InterfaceHotplug, Resize {
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
            if (has(kind)) {
                return kind.cast(this);
            }
            throw new RejectedException("no " + kind.getSimpleName());
        }

        @Override
        public int resizeVcpus(int vcpus) throws InterruptedException {
            at("machine.resizeVcpus");
            if (vcpus < 1 || vcpus > host.spec.config().maximumVcpus()) {
                throw new RejectedException("cannot have " + vcpus + " vCPUs");
            }
            host.vcpus = Math.max(host.vcpus, vcpus);
            return host.vcpus;
        }

        @Override
        public long resizeMemory(long memoryBytes) throws InterruptedException {
            at("machine.resizeMemory");
            if (memoryBytes < host.spec.config().memoryBytes()
                    || memoryBytes > host.spec.config().maximumMemoryBytes()) {
                throw new RejectedException("cannot have " + memoryBytes + " bytes");
            }
            host.memoryBytes = Math.min(memoryBytes, host.takes);
            return host.memoryBytes;
        }

        @Override
        public void plugShare(ShareSpec share) throws InterruptedException {
            at("machine.plugShare");
            if (!host.spec.config().sharedMemory()) {
                throw new RejectedException("its memory is not shared");
            }
            host.shares.put(share.id(), share);
        }

        @Override
        public void unplugShare(String shareId) throws InterruptedException {
            at("machine.unplugShare");
            if (host.guest.uses(new GuestDevice.Share(shareId))) {
                throw new IllegalStateException("share " + shareId + " is in use");
            }
            host.shares.remove(shareId);
        }

        @Override
        public PciPath plugDisk(DiskSpec disk) throws InterruptedException {
            at("machine.plugDisk");
            if (host.disks.putIfAbsent(disk.id(), disk) != null) {
                throw new ConflictException("disk " + disk.id() + " is there");
            }
            PciPath path = new PciPath("08/%02x".formatted(host.plugged.incrementAndGet()));
            host.paths.put(disk.id(), path);
            return path;
        }

        @Override
        public void unplugDisk(String diskId) throws InterruptedException {
            at("machine.unplugDisk");
            PciPath path = host.paths.get(diskId);
            if (path != null && host.guest.uses(new GuestDevice.Disk(path))) {
                throw new IllegalStateException("disk " + diskId + " is in use");
            }
            host.paths.remove(diskId);
            host.disks.remove(diskId);
        }

        @Override
        public PciPath plugInterface(InterfaceSpec spec) throws InterruptedException {
            at("machine.plugInterface");
            if (host.interfaces.putIfAbsent(spec.id(), spec) != null) {
                throw new ConflictException("interface " + spec.id() + " is there");
            }
            return new PciPath("09/0" + host.interfaces.size());
        }

        @Override
        public void unplugInterface(String interfaceId) throws InterruptedException {
            at("machine.unplugInterface");
            InterfaceSpec gone = host.interfaces.remove(interfaceId);
            if (gone != null) {
                host.guest.lose(gone.macAddress());
            }
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
