package io.sunaba.factory.support.fake;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.Plugins;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.UsageMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A hypervisor, an agent and a factory `new` that keep their machines in memory.
public final class FakeMachines
        implements Plugins, Hypervisor, SnapshotRestore, AgentDriver, VmFactory {
    /// The name of the hypervisor and the agent.
    public static final String NAME = "fake";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    public final Map<String, FakeMachine> machines = new ConcurrentHashMap<>();
    public final AtomicInteger openAgents = new AtomicInteger();
    public final AtomicInteger boots = new AtomicInteger();
    public final List<String> calls = new CopyOnWriteArrayList<>();
    public volatile String vmm = "VMM 1";
    public volatile boolean restores = true;
    public volatile boolean resizes = true;

    /// What guests leave of the memory that they are given, in bytes.
    public volatile long refusedBytes;

    public volatile @Nullable RuntimeException bootFailure;

    /// What the connections to agents throw when they are closed.
    public volatile @Nullable RuntimeException closeFailure;

    /// Has machines die as soon as they run.
    public volatile boolean deadly;

    public volatile @Nullable RuntimeException saveFailure;
    public volatile @Nullable RuntimeException connectFailure;

    /// Holds boots of gated machines up until it is counted down.
    public volatile CountDownLatch gate = new CountDownLatch(0);

    /// Holds agents' answers up until it is counted down.
    public volatile CountDownLatch agentGate = new CountDownLatch(0);

    private volatile CountDownLatch answers = new CountDownLatch(0);
    private final String gated;
    private final AtomicInteger lost = new AtomicInteger();

    /// @param gated how the owners of gated machines begin
    public FakeMachines(String gated) {
        this.gated = requireNonNull(gated, "gated is null");
    }

    /// A machine, whose agent answers while it runs.
    public final class FakeMachine implements Machine, Snapshot, UsageMetrics, Resize {
        private final MachineSpec spec;
        private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
        private volatile String owner;
        private volatile MachineState state;

        FakeMachine(MachineSpec spec, MachineState state) {
            this.spec = spec;
            this.owner = spec.config().owner();
            this.state = state;
            machines.put(spec.id(), this);
        }

        @Override
        public void save(Path directory) {
            calls.add("save");
            if (state != MachineState.PAUSED) {
                throw new ConflictException("not paused");
            }
            try {
                Files.writeString(directory.resolve("memory"), "whole");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            RuntimeException failure = saveFailure;
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public MachineUsage usage() {
            calls.add("usage");
            return new MachineUsage(Duration.ZERO, 0, 0, 0, 0, List.of());
        }

        @Override
        public int resizeVcpus(int vcpus) {
            calls.add("vcpus " + vcpus);
            return vcpus;
        }

        @Override
        public long resizeMemory(long memoryBytes) {
            calls.add("memory " + memoryBytes);
            return memoryBytes - refusedBytes;
        }

        /// What it was made as.
        public HypervisorConfig config() {
            return spec.config();
        }

        @Override
        public String id() {
            return spec.id();
        }

        @Override
        public MachineState state() {
            return state;
        }

        @Override
        public void start() {
            goOn();
        }

        @Override
        public void stop() {
            die();
            machines.remove(id());
        }

        /// Ends as one that is killed: what it left is still there.
        public void die() {
            state = MachineState.GONE;
            exit.complete(new MachineExit(MachineExit.Reason.FAILED, "killed", Instant.now()));
        }

        @Override
        public void pause() {
            requireAlive("pause");
            state = MachineState.PAUSED;
        }

        @Override
        public void resume() {
            requireAlive("resume");
            goOn();
        }

        private void goOn() {
            state = MachineState.RUNNING;
            if (deadly) {
                die();
            }
        }

        private void requireAlive(String operation) {
            if (state == MachineState.GONE) {
                throw new ConflictException("cannot " + operation + ": GONE");
            }
        }

        @Override
        public CompletionStage<MachineExit> exited() {
            return exit.minimalCompletionStage();
        }

        @Override
        public MachineRecord record() {
            return new MachineRecord(id(), owner, "");
        }

        @Override
        public void assign(String newOwner) {
            requireAlive("assign");
            calls.add("assign " + newOwner);
            owner = newOwner;
        }

        @Override
        public AgentEndpoint agentEndpoint() {
            return new AgentEndpoint.SerialPort(Path.of("/" + id()));
        }

        @Override
        public List<String> consoleTail(int maximumLines) {
            return List.of();
        }

        @Override
        public <T extends Ability> T ability(Class<T> kind) {
            return kind.cast(this);
        }

        @Override
        public void close() {
            calls.add("close " + owner);
        }
    }

    @Override
    public Vm newVm(HypervisorConfig config) throws InterruptedException {
        int number = boots.incrementAndGet();
        if (config.owner().startsWith(gated)) {
            gate.await();
        }
        RuntimeException failure = bootFailure;
        if (failure != null) {
            throw failure;
        }
        String id = "%032x".formatted(number);
        FakeMachine machine = new FakeMachine(new MachineSpec(id, config), MachineState.CREATED);
        try {
            machine.start();
            awaitAnswer(machine, config.bootTimeout());
            return new Vm(machine, agent(machine));
        } catch (RuntimeException | InterruptedException e) {
            machine.stop();
            throw e;
        }
    }

    /// Has no agent answer from now on.
    ///
    /// @return has them answer again
    public Runnable silence() {
        CountDownLatch over = new CountDownLatch(1);
        answers = over;
        return over::countDown;
    }

    private void awaitAnswer(FakeMachine machine, Duration timeout) throws InterruptedException {
        if (!answers.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimedOutException("no answer of machine " + machine.id());
        }
        if (machine.state() != MachineState.RUNNING) {
            throw new UnavailableException("machine " + machine.id() + " does not run");
        }
    }

    @Override
    public Machine restore(MachineSpec spec, Path directory) {
        requireWhole(directory);
        calls.add("restore " + spec.config().owner());
        return new FakeMachine(spec, MachineState.PAUSED);
    }

    @Override
    public void verify(Path directory) {
        requireWhole(directory);
        calls.add("verify");
    }

    private static void requireWhole(Path directory) {
        Path memory = directory.resolve("memory");
        try {
            if (!Files.readString(memory).equals("whole")) {
                throw new RejectedException(memory + " is damaged");
            }
        } catch (IOException e) {
            throw new RejectedException(memory + " is missing", e);
        }
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        RuntimeException failure = connectFailure;
        if (failure != null) {
            throw failure;
        }
        String id = ((AgentEndpoint.SerialPort) endpoint).socket().getFileName().toString();
        FakeMachine machine = requireNonNull(machines.get(id));
        awaitAnswer(machine, timeout);
        return agent(machine);
    }

    /// Has all connections to agents lost, as when their plugin is replaced.
    public void loseAgents() {
        lost.incrementAndGet();
    }

    private Agent agent(FakeMachine machine) {
        openAgents.incrementAndGet();
        int generation = lost.get();
        AtomicBoolean closed = new AtomicBoolean();
        return (Agent)
                Proxy.newProxyInstance(
                        Agent.class.getClassLoader(),
                        new Class<?>[] {Agent.class},
                        (_, method, _) -> {
                            calls.add(method.getName());
                            if (method.getName().equals("close")) {
                                if (closed.compareAndSet(false, true)) {
                                    openAgents.decrementAndGet();
                                }
                                RuntimeException failure = closeFailure;
                                if (failure != null) {
                                    throw failure;
                                }
                                return null;
                            }
                            agentGate.await();
                            awaitAnswer(machine, PATIENCE);
                            if (closed.get()
                                    || machine.state() != MachineState.RUNNING
                                    || generation != lost.get()) {
                                throw new UnavailableException("nobody answers");
                            }
                            return method.getName().equals("check") ? Duration.ZERO : null;
                        });
    }

    @Override
    public HypervisorCapabilities capabilities() {
        Set<Class<? extends Ability>> abilities = new HashSet<>();
        if (restores) {
            abilities.add(SnapshotRestore.class);
        }
        if (resizes) {
            abilities.add(Resize.class);
        }
        return new HypervisorCapabilities(vmm, "none", 8, 1, abilities);
    }

    @Override
    public Machine create(MachineSpec spec) {
        return new FakeMachine(spec, MachineState.CREATED);
    }

    @Override
    public Machine attach(MachineRecord record) {
        FakeMachine machine = machines.get(record.id());
        if (machine == null || machine.state() == MachineState.GONE) {
            throw new NotFoundException("machine %s is gone".formatted(record.id()));
        }
        return machine;
    }

    @Override
    public List<MachineRecord> machines() {
        return machines.values().stream().map(FakeMachine::record).toList();
    }

    @Override
    public void destroy(String machineId) {
        FakeMachine machine = machines.get(machineId);
        if (machine != null) {
            machine.stop();
        }
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        return kind.cast(this);
    }

    @Override
    public Hypervisor hypervisor(String name) {
        if (!name.equals(NAME)) {
            throw new UnavailableException("there is no hypervisor plugin '" + name + "'");
        }
        return this;
    }

    @Override
    public AgentDriver agent(String name) {
        return this;
    }

    @Override
    public VmFactory factory(String name) {
        return this;
    }
}
