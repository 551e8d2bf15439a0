package io.sunaba.vmm.machine;

import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.device.ShareDaemon;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this process knows of one machine, shared by all handles of it. What a hypervisor bundle
/// adds is how its VMM is talked to.
public abstract class Vm {
    private static final Logger LOG = LoggerFactory.getLogger(Vm.class);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

    private final MachineFiles files;
    private final HostProcess process;
    private final Ending ending;
    private final Runnable forget;
    private final ReentrantLock changes = new ReentrantLock();
    private final AtomicReference<@Nullable MachineState> state = new AtomicReference<>();
    private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
    private final Set<MachineHandle> handles = new HashSet<>();
    private volatile String owner;
    private boolean released;
    private boolean deleted;

    /// @param forget called when there is nothing left to know
    protected Vm(
            MachineFiles files, String owner, HostProcess process, Ending ending, Runnable forget) {
        this.files = files;
        this.owner = owner;
        this.process = process;
        this.ending = ending;
        this.forget = forget;
    }

    /// Drops the connections to the VMM.
    protected abstract void disconnect();

    /// Has the VMM take the machine from one state to another.
    ///
    /// @throws UnavailableException if it does not
    protected abstract void perform(String operation, MachineState from, MachineState to)
            throws InterruptedException;

    /// Asks the VMM to end, and returns when it has, or does not.
    protected abstract void quit() throws InterruptedException;

    /// Waits, but not long, for what the guest printed last.
    protected abstract void awaitConsole();

    /// Tells where the guest's agent can be reached.
    public abstract AgentEndpoint agentEndpoint();

    /// Returns an ability of the machine, which lives.
    protected abstract <T extends Ability> T find(Class<T> kind);

    /// Makes a handle, or returns null if this has been released.
    public synchronized @Nullable MachineHandle open() {
        if (released) {
            return null;
        }
        MachineHandle handle = new MachineHandle(this);
        handles.add(handle);
        return handle;
    }

    /// Drops a handle, and the connection with the last.
    synchronized void close(MachineHandle handle) {
        handles.remove(handle);
        if (handles.isEmpty()) {
            release();
        }
    }

    /// Drops all handles.
    public void closeAll() {
        List<MachineHandle> open;
        synchronized (this) {
            open = List.copyOf(handles);
        }
        open.forEach(MachineHandle::close);
    }

    private synchronized void release() {
        released = true;
        forget.run();
        disconnect();
    }

    public String id() {
        return files.id();
    }

    public MachineFiles files() {
        return files;
    }

    public HostProcess process() {
        return process;
    }

    /// Returns what is known of its end, while it comes.
    protected Ending ending() {
        return ending;
    }

    public MachineState state() {
        MachineState live = state.get();
        return exit.isDone() || live == null ? MachineState.GONE : live;
    }

    /// Notes the state that the VMM tells of.
    protected void noteState(MachineState seen) {
        state.set(seen);
    }

    /// Notes the state at the time of a question; what was noted since knows better.
    protected void noteStateAtFirst(MachineState seen) {
        state.compareAndSet(null, seen);
    }

    public CompletableFuture<MachineExit> exit() {
        return exit;
    }

    public MachineRecord record() {
        return new MachineRecord(
                id(), owner, new Records.Data(files.directory(), process).toJson());
    }

    void assign(String newOwner) {
        changes.lock();
        try {
            requireAlive("assign");
            files.write(new MachineRecord(id(), newOwner, record().data()));
            owner = newOwner;
        } finally {
            changes.unlock();
        }
    }

    /// Takes the machine from one state to another.
    ///
    /// @param from the state it is legal in
    /// @param to the state it leads to; nothing is done in it, unless that is illegal
    /// @param repeatable whether it is legal in the state it leads to
    void change(String operation, MachineState from, MachineState to, boolean repeatable)
            throws InterruptedException {
        changes.lockInterruptibly();
        try {
            MachineState now = state();
            if (now == to && repeatable) {
                return;
            }
            if (now != from) {
                throw new ConflictException(
                        "cannot %s machine %s: it is %s, not %s"
                                .formatted(operation, id(), now, from));
            }
            perform(operation, from, to);
            LOG.info("machine {}: {}", id(), state());
        } finally {
            changes.unlock();
        }
    }

    <T extends Ability> T ability(Class<T> kind) {
        requireAlive("use");
        return find(kind);
    }

    /// Returns the lock that whoever changes the machine holds.
    public ReentrantLock changes() {
        return changes;
    }

    /// Expects that the machine lives.
    ///
    /// @throws ConflictException if it is gone
    public void requireAlive(String operation) {
        if (state() == MachineState.GONE) {
            throw gone(operation);
        }
    }

    /// Makes the error of who wants something of a machine that is gone.
    public ConflictException gone(String operation) {
        return new ConflictException("cannot %s machine %s: it is GONE".formatted(operation, id()));
    }

    /// Ends the machine and removes its traces. An interrupt makes it quicker, not incomplete.
    public void stop() throws InterruptedException {
        ending.asked();
        boolean interrupted = false;
        if (!exit.isDone()) {
            try {
                quit();
            } catch (InterruptedException _) {
                interrupted = true;
            }
            kill();
        }
        delete();
        release();
        if (interrupted) {
            throw new InterruptedException("interrupted while machine " + id() + " was stopped");
        }
    }

    /// Deletes the files, once: later they may be those of a new machine of the same id. Whoever is
    /// changing the machine has noticed its end, or soon will.
    private void delete() {
        changes.lock();
        try {
            if (!deleted) {
                ShareDaemon.endAll(files);
                files.delete();
                deleted = true;
            }
        } finally {
            changes.unlock();
        }
    }

    private void kill() {
        process.kill();
        if (!process.awaitEnd(KILL_TIMEOUT)) {
            throw new UnavailableException(
                    "process %d of machine %s does not die".formatted(process.pid(), id()));
        }
        finish();
    }

    /// Notes that the VMM has closed a connection, which it does when it ends.
    protected void connectionEnded() {
        if (process.awaitEnd(KILL_TIMEOUT)) {
            finish();
        } else {
            LOG.error("machine {}: lives, but its VMM has closed its connection", id());
        }
    }

    private void finish() {
        if (exit.isDone()) {
            return;
        }
        awaitConsole();
        MachineExit end = ending.toExit();
        if (exit.complete(end)) {
            LOG.info("machine {} ended: {}, {}", id(), end.reason(), end.detail());
        }
    }
}
