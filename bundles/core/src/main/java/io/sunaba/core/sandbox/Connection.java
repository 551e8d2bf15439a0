package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.core.factory.MachineEnd;
import io.sunaba.core.plugin.Calls;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins.Serving;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The handles of one sandbox's machine and agent. Both are made when they are needed, let go of
/// when their plugin goes, and made again from the record: who holds one does not notice.
///
/// To connect takes a lock that is held for nothing else; to let go takes none.
final class Connection {
    /// Hears what happens to machine and agent, on a thread of its own.
    interface Listener {
        void exited(String machineId, MachineExit exit);

        /// The machine was not there when it was looked for.
        void gone(String machineId);

        void agentLost(String detail);

        void agentConnected();
    }

    /// A dead machine may be seen as a lost connection a moment before it is seen as dead.
    private static final long EXIT_NOTICE_MILLIS = 1000;

    private final Environment environment;
    private final Supplier<SandboxRecord> record;
    private final Listener listener;
    private final ReentrantLock connecting = new ReentrantLock();
    private final AtomicReference<@Nullable Machine> machine = new AtomicReference<>();
    private final AtomicReference<@Nullable Agent> agent = new AtomicReference<>();
    private volatile CompletableFuture<MachineExit> exit = new CompletableFuture<>();
    private volatile boolean closed;
    private volatile boolean ending;

    /// The machine that was adopted, until it is on record.
    private volatile @Nullable MachineRecord adopted;

    Connection(Environment environment, Supplier<SandboxRecord> record, Listener listener) {
        this.environment = requireNonNull(environment, "environment is null");
        this.record = requireNonNull(record, "record is null");
        this.listener = requireNonNull(listener, "listener is null");
    }

    /// Takes over a machine that was just made.
    ///
    /// @param before the calls into its plugins from before it was made
    void adopt(Vm vm, Plugs before) {
        closed = false;
        ending = false;
        adopted = vm.machine().record();
        var _ = take(vm.machine(), before.machine);
        var _ = take(vm.agent(), before.agent);
        if (before.machine.over()) {
            close(letGoMachine());
        }
        if (before.agent.over()) {
            close(letGoAgent());
        }
    }

    /// The calls into the plugins of a sandbox that serve now.
    record Plugs(Calls machine, Calls agent) {
        static Plugs of(Environment environment, SandboxRecord record) {
            return new Plugs(
                    environment.plugins().calls(Kind.HYPERVISOR, record.hypervisor()),
                    environment.plugins().calls(Kind.AGENT, record.agent()));
        }
    }

    /// Takes note that the machine is about to be ended: that its agent goes too is no news then.
    void expectEnd() {
        ending = true;
    }

    /// Returns the handle of the machine if there is one; connects to nothing.
    @Nullable Machine machineAtHand() {
        return machine.get();
    }

    /// Tells whether the agent is connected.
    boolean agentAtHand() {
        return agent.get() != null;
    }

    Machine machine() throws InterruptedException {
        try {
            return attach();
        } catch (NotFoundException e) {
            throw new UnavailableException(
                    "the machine of sandbox " + record.get().id() + " is gone", e);
        }
    }

    /// As [#machine], but tells a machine that is not there any more from other failures.
    Machine attach() throws InterruptedException {
        Machine current = machine.get();
        if (current != null) {
            return current;
        }
        // All wait for the plugin at once, not one after the other.
        var _ = requireMachine(record.get());
        var _ = environment.plugins().require(Kind.HYPERVISOR, record.get().hypervisor());
        connecting.lockInterruptibly();
        try {
            current = machine.get();
            return current != null ? current : newAttachment();
        } finally {
            connecting.unlock();
        }
    }

    private Machine newAttachment() throws InterruptedException {
        SandboxRecord known = record.get();
        MachineRecord machineRecord = requireMachine(known);
        while (true) {
            Serving<Hypervisor> hypervisor =
                    environment.plugins().serving(Kind.HYPERVISOR, known.hypervisor());
            Machine attached;
            try {
                attached = hypervisor.service().attach(machineRecord);
            } catch (RuntimeException | LinkageError e) {
                if (hypervisor.calls().over()) {
                    continue;
                }
                if (e instanceof NotFoundException) {
                    later(() -> listener.gone(machineRecord.id()));
                }
                throw e;
            }
            Machine steady = take(attached, hypervisor.calls());
            if (!hypervisor.calls().over()) {
                requireOpen(known);
                return steady;
            }
            close(letGoMachine());
        }
    }

    Agent agent() throws InterruptedException {
        Agent current = agent.get();
        if (current != null) {
            return current;
        }
        var _ = requireMachine(record.get());
        var _ = environment.plugins().require(Kind.AGENT, record.get().agent());
        connecting.lockInterruptibly();
        try {
            current = agent.get();
            return current != null ? current : newConnection();
        } finally {
            connecting.unlock();
        }
    }

    private Agent newConnection() throws InterruptedException {
        SandboxRecord known = record.get();
        // Not even for a moment: what was left is another's.
        requireOpen(known);
        while (true) {
            Serving<AgentDriver> driver = environment.plugins().serving(Kind.AGENT, known.agent());
            // That its machine is not there explains itself, and nobody may wait for more.
            Machine attached = machine();
            Agent connected;
            try {
                connected =
                        driver.service()
                                .connect(
                                        attached.agentEndpoint(),
                                        environment.config().get().bootTimeout());
            } catch (RuntimeException | LinkageError e) {
                if (driver.calls().over()) {
                    continue;
                }
                if (e instanceof UnavailableException failure) {
                    throw explained(failure);
                }
                throw e;
            }
            Agent steady = take(connected, driver.calls());
            if (!driver.calls().over()) {
                requireOpen(known);
                later(listener::agentConnected);
                return steady;
            }
            leave(letGoAgent());
        }
    }

    /// Says more than that a connection is lost if the reason is that the machine has ended.
    UnavailableException explained(UnavailableException failure) throws InterruptedException {
        try {
            return new UnavailableException(
                    "the machine of sandbox %s %s"
                            .formatted(
                                    record.get().id(),
                                    MachineEnd.text(
                                            exit.get(EXIT_NOTICE_MILLIS, TimeUnit.MILLISECONDS))),
                    failure);
        } catch (TimeoutException | ExecutionException _) {
            return failure;
        }
    }

    private Machine take(Machine taken, Calls calls) {
        CompletableFuture<MachineExit> ended = new CompletableFuture<>();
        exit = ended;
        Machine steady = SteadyHandles.of(taken, calls, this::machine);
        machine.set(steady);
        then(
                taken.exited(),
                how -> {
                    ended.complete(how);
                    listener.exited(taken.id(), how);
                });
        return steady;
    }

    private Agent take(Agent taken, Calls calls) {
        Agent steady = SteadyHandles.of(taken, calls, this::agent);
        CompletionStage<String> lost = taken.lost();
        agent.set(steady);
        then(lost, detail -> discard(steady, detail));
        return steady;
    }

    /// Drops an agent's handle that turned out to be of no use, because its connection is lost.
    ///
    /// @param why what was lost, in one line
    void discard(Agent useless, @Nullable String why) {
        if (agent.compareAndSet(useless, null)) {
            useless.close();
            CompletableFuture<MachineExit> end = exit;
            later(() -> tellLost(end, String.valueOf(why)));
        }
    }

    /// An agent that goes with its machine is no news of its own.
    private void tellLost(CompletableFuture<MachineExit> end, String detail) {
        try {
            end.get(EXIT_NOTICE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            if (!ending && !closed) {
                listener.agentLost(detail);
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Lets go of the handle of the machine, which the caller closes; the next one is made when it
    /// is needed.
    @Nullable Machine letGoMachine() {
        return machine.getAndSet(null);
    }

    /// As [#letGoMachine], of the agent's.
    @Nullable Agent letGoAgent() {
        return agent.getAndSet(null);
    }

    private static void close(@Nullable Machine dropped) {
        if (dropped != null) {
            dropped.close();
        }
    }

    private static void leave(@Nullable Agent dropped) {
        if (dropped != null) {
            dropped.leave();
        }
    }

    private static void close(@Nullable Agent dropped) {
        if (dropped != null) {
            dropped.close();
        }
    }

    /// Leaves the connection to the agent to whoever takes this sandbox up next, and makes no
    /// other. Ends no call that waits in the guest. Comes before [#close].
    void leaveAgent() {
        closed = true;
        leave(letGoAgent());
    }

    /// Drops both handles; the machine goes on, if it is still there.
    void close() {
        closed = true;
        adopted = null;
        close(letGoAgent());
        close(letGoMachine());
    }

    private void requireOpen(SandboxRecord known) {
        if (closed) {
            leaveAgent();
            close();
            throw new UnavailableException(
                    "sandbox " + known.id() + " was released while it was being connected");
        }
    }

    private MachineRecord requireMachine(SandboxRecord known) {
        MachineRecord machineRecord = known.machine() == null ? adopted : known.machine();
        if (machineRecord == null) {
            String reason = known.reason();
            throw new UnavailableException(
                    "sandbox %s has no machine%s"
                            .formatted(known.id(), reason == null ? "" : ": " + reason));
        }
        return machineRecord;
    }

    private static <T> void then(CompletionStage<T> stage, Consumer<T> action) {
        stage.thenAcceptAsync(action, Connection::later);
    }

    private static void later(Runnable action) {
        Thread.startVirtualThread(action);
    }
}
