package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.machine.ConsoleLog;
import io.sunaba.vmm.machine.Ending;
import io.sunaba.vmm.machine.Vm;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A machine of QEMU. The state follows QEMU's events alone, which come before the answers to the
/// commands that cause them.
final class QemuVm extends Vm implements Qmp.Events {
    private static final Logger LOG = LoggerFactory.getLogger(QemuVm.class);
    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CONSOLE_TIMEOUT = Duration.ofSeconds(1);

    private final QemuFiles files;
    private final Abilities abilities;
    private final Migration migration = new Migration();
    private volatile @Nullable Qmp qmp;
    private volatile @Nullable ConsoleLog console;

    /// @param child the process as a child of this one, or null if it is none
    /// @param forget called when there is nothing left to know
    QemuVm(
            QemuFiles files,
            String owner,
            HostProcess process,
            @Nullable Process child,
            QemuConfig config,
            Runnable forget) {
        super(files, owner, process, new Ending(files, "QEMU", files.log(), child), forget);
        this.files = files;
        this.abilities = new Abilities(this, config);
    }

    /// Connects to QEMU.
    ///
    /// @throws UnavailableException if it does not answer
    void connect(Duration timeout) throws InterruptedException {
        Qmp opened = Qmp.open(files.qmpSocket(), this, timeout);
        qmp = opened;
        boolean complete = false;
        try {
            console = ConsoleLog.follow(files, files.consoleSocket());
            MachineState found = stateOf(runState());
            noteStateAtFirst(found);
            complete = true;
        } catch (QmpException e) {
            throw new UnavailableException("machine %s does not tell its state".formatted(id()), e);
        } catch (IOException e) {
            throw new UnavailableException("machine %s has no console".formatted(id()), e);
        } finally {
            if (!complete) {
                disconnect();
            }
        }
    }

    /// Connects to a QEMU that somebody else has used, and takes up what is there.
    ///
    /// @throws UnavailableException if it does not answer
    void takeUp(Duration timeout) throws InterruptedException {
        connect(timeout);
        boolean complete = false;
        try {
            abilities.takeUp();
            complete = true;
        } catch (QmpException e) {
            throw new UnavailableException(
                    "machine %s does not tell what it has".formatted(id()), e);
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

    /// Notes that the machine has got its state from elsewhere, of which no event tells: it is not
    /// to run before it is told to.
    void restored() {
        noteState(MachineState.PAUSED);
    }

    @Override
    protected void disconnect() {
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

    @Override
    public QemuFiles files() {
        return files;
    }

    @Override
    public AgentEndpoint agentEndpoint() {
        return new AgentEndpoint.SerialPort(files.agentSocket());
    }

    @Override
    protected void perform(String operation, MachineState from, MachineState to)
            throws InterruptedException {
        try {
            if (to == MachineState.RUNNING) {
                // It is about to be out of date.
                Files.deleteIfExists(files.state());
            }
            qmp().execute(to == MachineState.PAUSED ? "stop" : "cont", new JsonObject());
        } catch (QmpException | IOException e) {
            throw new UnavailableException("cannot %s machine %s".formatted(operation, id()), e);
        }
    }

    @Override
    protected <T extends Ability> T find(Class<T> kind) {
        return abilities.get(kind);
    }

    Migration migration() {
        return migration;
    }

    /// Returns the connection.
    ///
    /// @throws UnavailableException if there is none
    Qmp qmp() {
        Qmp open = qmp;
        if (open == null) {
            throw new UnavailableException("machine %s is not connected".formatted(id()));
        }
        return open;
    }

    /// Asks QEMU to end, which completes what it writes to disks.
    @Override
    protected void quit() throws InterruptedException {
        Qmp open = qmp;
        if (open == null) {
            return;
        }
        var _ = open.send("quit", new JsonObject());
        try {
            exit().get(QUIT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            LOG.warn("machine {}: QEMU does not quit and is killed", id());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void event(String name, JsonObject data) {
        switch (name) {
            case "RESUME" -> noteState(MachineState.RUNNING);
            case "STOP" -> noteState(MachineState.PAUSED);
            case "SHUTDOWN" -> shutdown(data.get("reason").getAsString());
            case "MIGRATION" -> migration.event(data.get("status").getAsString());
            case "GUEST_PANICKED" -> ending().panicked();
            case "DEVICE_DELETED" -> {
                if (data.has("device")) {
                    abilities.deviceDeleted(data.get("device").getAsString());
                }
            }
            default -> LOG.debug("machine {}: {} {}", id(), name, data);
        }
    }

    private void shutdown(String reason) {
        switch (reason) {
            case "guest-panic" -> ending().panicked();
            case "guest-shutdown" -> ending().poweredOff();
            case "guest-reset" -> ending().reset();
            case "host-qmp-quit" -> ending().asked();
            default -> ending().note(reason);
        }
    }

    @Override
    public void ended() {
        connectionEnded();
    }

    @Override
    protected void awaitConsole() {
        ConsoleLog followed = console;
        if (followed != null) {
            followed.awaitEnd(CONSOLE_TIMEOUT);
        }
    }
}
