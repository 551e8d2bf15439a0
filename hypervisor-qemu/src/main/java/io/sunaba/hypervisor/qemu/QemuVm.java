package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.vmm.HostProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this process knows of one machine, shared by all handles of it.
///
/// The state follows QEMU's events alone, which come before the answers to the commands that cause
/// them.
final class QemuVm implements Qmp.Events {
    private static final Logger LOG = LoggerFactory.getLogger(QemuVm.class);
    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONSOLE_TIMEOUT = Duration.ofSeconds(1);

    private final String id;
    private final MachineFiles files;
    private final HostProcess process;
    private final Ending ending;
    private final Runnable forget;
    private final Disks disks;
    private final Migration migration = new Migration();
    private final ReentrantLock changes = new ReentrantLock();
    private final AtomicReference<@Nullable MachineState> state = new AtomicReference<>();
    private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
    private final Set<QemuMachine> handles = new HashSet<>();
    private volatile String owner;
    private volatile @Nullable Qmp qmp;
    private volatile @Nullable ConsoleLog console;
    private boolean released;
    private boolean deleted;

    /// @param child the process as a child of this one, or null if it is none
    /// @param forget called when there is nothing left to know
    QemuVm(
            MachineFiles files,
            String owner,
            HostProcess process,
            @Nullable Process child,
            Duration unplugTimeout,
            Runnable forget) {
        this.id = files.id();
        this.files = files;
        this.owner = owner;
        this.process = process;
        this.ending = new Ending(files, child);
        this.forget = forget;
        this.disks = new Disks(this, unplugTimeout);
    }

    /// Connects to QEMU and takes up what is there.
    ///
    /// @throws UnavailableException if it does not answer
    void connect(Duration timeout) throws InterruptedException {
        Qmp opened = Qmp.open(files.qmpSocket(), this, timeout);
        qmp = opened;
        boolean complete = false;
        try {
            console = ConsoleLog.follow(files);
            MachineState found = stateOf(runState());
            // An event that came since knows better.
            state.compareAndSet(null, found);
            disks.takeUp();
            complete = true;
        } catch (QmpException e) {
            throw new UnavailableException("machine %s does not tell its state".formatted(id), e);
        } catch (IOException e) {
            throw new UnavailableException("machine %s has no console".formatted(id), e);
        } finally {
            if (!complete) {
                disconnect();
            }
        }
    }

    /// Asks QEMU what it is at, in its own words.
    String runState() throws QmpException, InterruptedException {
        JsonObject status = qmp().execute("query-status", new JsonObject()).getAsJsonObject();
        return status.get("status").getAsString();
    }

    /// Notes that the machine has got its state from elsewhere, of which no event tells.
    void restored() throws QmpException, InterruptedException {
        state.set(stateOf(runState()));
    }

    private void disconnect() {
        Qmp open = qmp;
        if (open != null) {
            open.close();
        }
        ConsoleLog followed = console;
        if (followed != null) {
            followed.close();
        }
    }

    private static MachineState stateOf(String status) {
        return switch (status) {
            case "prelaunch", "inmigrate" -> MachineState.CREATED;
            case "running" -> MachineState.RUNNING;
            default -> MachineState.PAUSED;
        };
    }

    /// Makes a handle, or returns null if this has been released.
    synchronized @Nullable QemuMachine open() {
        if (released) {
            return null;
        }
        QemuMachine handle = new QemuMachine(this);
        handles.add(handle);
        return handle;
    }

    /// Drops a handle, and the connection with the last.
    synchronized void close(QemuMachine handle) {
        handles.remove(handle);
        if (handles.isEmpty()) {
            release();
        }
    }

    /// Drops all handles.
    void closeAll() {
        List<QemuMachine> open;
        synchronized (this) {
            open = List.copyOf(handles);
        }
        open.forEach(QemuMachine::close);
    }

    private synchronized void release() {
        released = true;
        forget.run();
        disconnect();
    }

    String id() {
        return id;
    }

    MachineFiles files() {
        return files;
    }

    MachineState state() {
        MachineState live = state.get();
        return exit.isDone() || live == null ? MachineState.GONE : live;
    }

    CompletableFuture<MachineExit> exit() {
        return exit;
    }

    MachineRecord record() {
        return new MachineRecord(id, owner, new Records.Data(files.directory(), process).toJson());
    }

    void assign(String newOwner) {
        changes.lock();
        try {
            requireAlive("assign");
            files.write(new MachineRecord(id, newOwner, record().data()));
            owner = newOwner;
        } finally {
            changes.unlock();
        }
    }

    /// Runs a command that takes the machine from one state to another.
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
                                .formatted(operation, id, now, from));
            }
            if (to == MachineState.RUNNING) {
                // It is about to be out of date.
                Files.deleteIfExists(files.state());
            }
            qmp().execute(to == MachineState.PAUSED ? "stop" : "cont", new JsonObject());
            LOG.info("machine {}: {}", id, state());
        } catch (QmpException | IOException e) {
            throw new UnavailableException("cannot %s machine %s".formatted(operation, id), e);
        } finally {
            changes.unlock();
        }
    }

    <T extends Ability> T ability(Class<T> kind) {
        requireAlive("use");
        if (kind == DiskHotplug.class) {
            return kind.cast(disks);
        }
        if (kind == UsageMetrics.class) {
            return kind.cast((UsageMetrics) this::usage);
        }
        if (kind == Snapshot.class) {
            return kind.cast(Saving.of(this));
        }
        throw new RejectedException(
                "hypervisor %s lacks the ability %s, asked of machine %s"
                        .formatted(QemuHypervisor.QEMU, kind.getSimpleName(), id));
    }

    private MachineUsage usage() {
        return process.usage()
                .map(use ->
                        new MachineUsage(
                                use.cpuTime(),
                                use.residentBytes(),
                                use.proportionalBytes(),
                                use.threads(),
                                use.openFiles(),
                                List.of(process.pid())))
                .orElseThrow(() -> gone("measure"));
    }

    HostProcess process() {
        return process;
    }

    Migration migration() {
        return migration;
    }

    ReentrantLock changes() {
        return changes;
    }

    /// Returns the connection.
    ///
    /// @throws UnavailableException if there is none
    Qmp qmp() {
        Qmp open = qmp;
        if (open == null) {
            throw new UnavailableException("machine %s is not connected".formatted(id));
        }
        return open;
    }

    void requireAlive(String operation) {
        if (state() == MachineState.GONE) {
            throw gone(operation);
        }
    }

    ConflictException gone(String operation) {
        return new ConflictException("cannot %s machine %s: it is GONE".formatted(operation, id));
    }

    /// Ends the machine and removes its traces. An interrupt makes it quicker, not incomplete.
    void stop() throws InterruptedException {
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
            throw new InterruptedException("interrupted while machine " + id + " was stopped");
        }
    }

    /// Asks QEMU to end, which completes what it writes to disks.
    private void quit() throws InterruptedException {
        Qmp open = qmp;
        if (open == null) {
            return;
        }
        var _ = open.send("quit", new JsonObject());
        try {
            exit.get(QUIT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            LOG.warn("machine {}: QEMU does not quit and is killed", id);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Deletes the files, once: later they may be those of a new machine of the same id. Whoever is
    /// changing the machine has noticed its end, or soon will.
    private void delete() {
        changes.lock();
        try {
            if (!deleted) {
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
                    "process %d of machine %s does not die".formatted(process.pid(), id));
        }
        finish();
    }

    @Override
    public void event(String name, JsonObject data) {
        switch (name) {
            case "RESUME" -> state.set(MachineState.RUNNING);
            case "STOP" -> state.set(MachineState.PAUSED);
            case "SHUTDOWN" -> ending.shutdown(data.get("reason").getAsString());
            case "MIGRATION" -> migration.event(data.get("status").getAsString());
            case "GUEST_PANICKED" -> ending.panicked();
            case "DEVICE_DELETED" -> {
                if (data.has("device")) {
                    disks.deleted(data.get("device").getAsString());
                }
            }
            default -> LOG.debug("machine {}: {} {}", id, name, data);
        }
    }

    @Override
    public void ended() {
        if (process.awaitEnd(KILL_TIMEOUT)) {
            finish();
        } else {
            LOG.error("machine {}: lives, but QEMU has closed its connection", id);
        }
    }

    private void finish() {
        if (exit.isDone()) {
            return;
        }
        ConsoleLog followed = console;
        if (followed != null) {
            followed.awaitEnd(CONSOLE_TIMEOUT);
        }
        MachineExit end = ending.toExit();
        if (exit.complete(end)) {
            LOG.info("machine {} ended: {}, {}", id, end.reason(), end.detail());
        }
    }
}
