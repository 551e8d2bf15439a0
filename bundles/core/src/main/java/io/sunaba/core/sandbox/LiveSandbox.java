package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.factory.MachineEnd;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.Phase;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.workflow.Limited;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One sandbox in this process: its parts, its lock, and what happens to it without being asked.
final class LiveSandbox implements Connection.Listener, Processes.EndListener {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSandbox.class);

    private static final String GONE = "was gone when it was looked for";

    /// How long the guest may take to hear what was read.
    private static final Duration LEAVING = Duration.ofSeconds(4);

    private final Environment environment;
    private final @Nullable String damage;
    private final SandboxLock lock = new SandboxLock();
    private final Parts parts;
    private final ContainerWork work;
    private final DeviceWork devices;
    private final Lifecycle lifecycle;
    private final OomWatch oomWatch;
    private volatile @Nullable Supplier<RuntimeException> end;

    LiveSandbox(Environment environment, Followers ofAll, SandboxRecord record) {
        this(environment, ofAll, record, null);
    }

    /// @param damage why its record cannot be read, or null; it can only be shown and deleted then
    LiveSandbox(
            Environment environment,
            Followers ofAll,
            SandboxRecord record,
            @Nullable String damage) {
        this.environment = requireNonNull(environment, "environment is null");
        this.damage = damage;
        Events events = new Events(record.id(), environment.clock(), ofAll);
        Ledger ledger = new Ledger(environment, events, record);
        Connection connection = new Connection(environment, ledger::record, this);
        GuestDevices guestDevices = new GuestDevices(connection);
        this.parts =
                new Parts(
                        environment,
                        events,
                        ledger,
                        connection,
                        new Processes(connection, environment.clock(), this),
                        new StreamHub(connection::agent),
                        new GuestContainers(
                                connection, guestDevices, record.config().sharedPidNamespace()),
                        guestDevices,
                        new Sizing(environment, connection),
                        new NetworkWork(environment.networks(), ledger, connection));
        this.work = new ContainerWork(parts);
        this.devices = new DeviceWork(parts);
        this.lifecycle = new Lifecycle(parts, work);
        this.oomWatch = new OomWatch(ledger::record, connection, events, environment.clock());
    }

    String id() {
        return parts.id();
    }

    SandboxRecord record() {
        return parts.ledger().record();
    }

    Parts parts() {
        return parts;
    }

    ContainerWork work() {
        return work;
    }

    DeviceWork devices() {
        return devices;
    }

    Lifecycle lifecycle() {
        return lifecycle;
    }

    OomWatch oomWatch() {
        return oomWatch;
    }

    SandboxLock lock() {
        return lock;
    }

    boolean created() {
        return record().phase() != Phase.CREATING;
    }

    /// Tells whether the hypervisor has something to say of it.
    boolean mayHaveMachine() {
        return !created() || record().machine() != null;
    }

    /// Returns why its record cannot be read, or null.
    @Nullable String damage() {
        return damage;
    }

    boolean damaged() {
        return damage != null;
    }

    /// @throws NotFoundException if it was deleted
    /// @throws ConflictException if it was released
    void requireHeld() {
        Supplier<RuntimeException> ended = end;
        if (ended != null) {
            throw ended.get();
        }
    }

    void requireUsable() {
        requireHeld();
        if (damage != null) {
            throw new UnavailableException(damage + "; delete sandbox " + id() + " or mend it");
        }
    }

    // ---- what happens by itself
    // ------------------------------------------------------------------

    @Override
    public void exited(String machineId, MachineExit exit) {
        machineEnded(machineId, MachineEnd.text(exit), exit);
    }

    @Override
    public void gone(String machineId) {
        machineEnded(machineId, GONE, unseenEnd());
    }

    private MachineExit unseenEnd() {
        return new MachineExit(
                MachineExit.Reason.FAILED, "it " + GONE, environment.clock().instant());
    }

    private void machineEnded(String machineId, String how, MachineExit exit) {
        try {
            lock.change(() -> {
                MachineRecord machine = record().machine();
                if (end != null || machine == null || !machine.id().equals(machineId)) {
                    return;
                }
                tellEnd(machineId, how, exit);
            });
        } catch (InterruptedException e) {
            // Only the platform's stop interrupts: the next start finds the machine gone.
            LOG.debug("Not taken note of the end of machine {}", machineId, e);
        }
    }

    private void tellEnd(String machineId, String how, MachineExit exit) {
        parts.events()
                .publish(new SandboxEvent.MachineExited(id(), environment.clock().instant(), exit));
        lifecycle.machineEnded(machineId, how);
    }

    @Override
    public void agentLost(String detail) {
        LOG.warn("The connection to the agent of sandbox {} is lost: {}", id(), detail);
        parts.events()
                .publish(new SandboxEvent.AgentLost(id(), environment.clock().instant(), detail));
    }

    @Override
    public void agentConnected() {
        watch();
        listen();
    }

    /// Sees to it that those who follow the sandbox hear what only the agent can tell. A guest in
    /// which nothing runs has nothing to tell.
    void listen() {
        SandboxRecord record = record();
        if (parts.events().followed()
                && record.machine() != null
                && record.state() != SandboxState.READY) {
            oomWatch.ensure();
        }
    }

    /// Sees to it that the end of running containers is noticed, connecting if need be.
    void watch() {
        record().containers().stream()
                .filter(ContainerRecord::alive)
                .forEach(container -> parts.processes().watch(container.id(), container.id()));
    }

    @Override
    public void ended(String containerId, ExitStatus exit) throws InterruptedException {
        lock.change(() -> {
            work.ended(containerId, exit);
        });
    }

    // ---- connection and end
    // ----------------------------------------------------------------------

    /// Connects, if there is something to connect to; what fails here fails again, and is told,
    /// when it is needed.
    void connect(Duration patience) throws InterruptedException {
        if (damage != null || record().machine() == null) {
            return;
        }
        try {
            Limited.run(
                    "connecting to sandbox " + id(), patience, () -> parts.connection().agent());
        } catch (UnavailableException | TimedOutException e) {
            LOG.warn("Sandbox {} cannot be connected to now", id(), e);
        }
    }

    /// Compares the record with what the hypervisor has, and mends both.
    ///
    /// @param machines the machines that it has for this sandbox
    /// @return whether the sandbox is no more, because it was only half made
    boolean reconcile(Hypervisor hypervisor, List<MachineRecord> machines)
            throws InterruptedException {
        return lock.exclusive(() -> {
            if (end != null || damage != null) {
                return false;
            }
            MachineRecord own = record().machine();
            for (MachineRecord machine : machines) {
                if (own == null || !machine.id().equals(own.id())) {
                    LOG.info("Ending machine {}, left by sandbox {}", machine.id(), id());
                    hypervisor.destroy(machine.id());
                }
            }
            if (!created()) {
                parts.network().remove(record().network());
                environment.records().delete(id());
                environment.records().removeFromIndex(id());
                end(() -> new NotFoundException("the creation of " + id() + " failed"));
                LOG.info("Sandbox {}, whose creation was cut short, is removed", id());
                return true;
            }
            if (record().phase() == Phase.STOPPING) {
                lifecycle.completeStop();
            } else if (own != null) {
                takeUp(own);
            } else {
                settle();
            }
            return false;
        });
    }

    /// Completes or undoes what was begun with containers, devices and interfaces when the platform
    /// ended. Under the exclusive lock.
    void settle() throws InterruptedException {
        if (record().unsettled()) {
            new Settlement(parts, work, devices).run();
        }
    }

    private void settleLater() {
        Thread.startVirtualThread(() -> {
            try {
                // Without the lock: the guest may hang.
                var _ = parts.connection().agent();
                lock.change(() -> {
                    if (end == null) {
                        settle();
                    }
                });
            } catch (InterruptedException | RuntimeException e) {
                LOG.warn(
                        "What was begun in sandbox {} is not settled; it is with its next change",
                        id(),
                        e);
            }
        });
    }

    private void takeUp(MachineRecord own) throws InterruptedException {
        try {
            parts.connection().attach();
            watch();
            if (record().unsettled()) {
                settleLater();
            }
        } catch (NotFoundException e) {
            tellEnd(own.id(), GONE, unseenEnd());
        } catch (UnavailableException | TimedOutException e) {
            LOG.warn("The machine of sandbox {} cannot be taken up now", id(), e);
        }
    }

    /// Deletes the sandbox, also one whose record cannot be read.
    void delete() throws InterruptedException {
        lock.change(() -> {
            requireHeld();
            if (damage == null) {
                lifecycle.delete();
            } else {
                deleteDamaged();
            }
            end(() -> new NotFoundException("there is no sandbox " + id() + " any more"));
        });
    }

    private void deleteDamaged() throws InterruptedException {
        for (Hypervisor hypervisor : environment.plugins().all(Kind.HYPERVISOR).values()) {
            for (MachineRecord machine : hypervisor.machines()) {
                if (machine.owner().equals(record().owner())) {
                    hypervisor.destroy(machine.id());
                }
            }
        }
        environment.records().delete(id());
        environment.records().removeFromIndex(id());
        parts.events().publishChanges(record(), null);
        LOG.info("Sandbox {} deleted, whose record could not be read", id());
    }

    void release() throws InterruptedException {
        lock.change(() -> {
            requireHeld();
            leaveStreams();
            end(() -> new ConflictException("sandbox " + id() + " was released"));
            flush();
        });
    }

    /// Drops all that this process holds, ends no machine, and interrupts whoever is changing it.
    void close(Duration patience) throws InterruptedException {
        Supplier<RuntimeException> why =
                () -> new UnavailableException("the platform stops, sandbox " + id() + " goes on");
        if (end == null) {
            end = why;
        }
        lock.last(
                patience,
                () -> {
                    leaveStreams();
                    try {
                        parts.connection().leaveAgent();
                    } finally {
                        end(why);
                        flush();
                    }
                });
    }

    private void leaveStreams() throws InterruptedException {
        if (parts.connection().agentAtHand()) {
            parts.streams().leave(LEAVING);
        }
    }

    /// Makes this object useless.
    ///
    /// @param why makes what its callers are told
    void end(Supplier<RuntimeException> why) {
        end = why;
        oomWatch.stop();
        Processes.Held held = parts.processes().hold();
        parts.connection().close();
        held.settle(Map.of(), why.get());
        parts.streams().forgetAll();
        parts.events().end(() -> told(why.get()));
    }

    private static RuntimeException told(RuntimeException why) {
        return why instanceof ConflictException
                ? new NotFoundException(String.valueOf(why.getMessage()))
                : why;
    }

    private void flush() {
        if (damage == null && created()) {
            parts.ledger().flush();
        }
    }
}
