package io.sunaba.tck.hypervisor;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineExit.Reason;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A handle of a machine that is a process which does nothing.
final class BrokenMachine implements Machine {
    static final String DATA = "pid ";

    private static final long MOMENT_MILLIS = 5;

    private final BrokenHypervisor hypervisor;
    private final MachineFolder folder;
    private final boolean takenUp;
    private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
    private volatile MachineRecord record;
    private volatile boolean closed;

    /// What the state was when it was last looked at, for a machine that remembers it.
    private volatile @Nullable MachineState remembered;

    BrokenMachine(BrokenHypervisor hypervisor, MachineFolder folder, boolean takenUp) {
        this.hypervisor = hypervisor;
        this.folder = folder;
        this.takenUp = takenUp;
        record = recordOf(folder);
        if (!takenUp || !hypervisor.has(HypervisorFault.DEAF_WHEN_TAKEN_UP)) {
            CompletableFuture<?> _ =
                    folder.process()
                            .map(ProcessHandle::onExit)
                            .orElse(CompletableFuture.completedFuture(null))
                            .thenRun(this::ended);
        }
    }

    private void ended() {
        boolean stopped = folder.isStopping();
        if (hypervisor.has(HypervisorFault.MISTAKES_STOP)) {
            stopped = false;
        } else if (hypervisor.has(HypervisorFault.MISTAKES_KILL)) {
            stopped = true;
        }
        Reason reason = stopped ? Reason.STOPPED : Reason.FAILED;
        MachineExit how = new MachineExit(reason, "the process ended", Instant.now());
        if (!closed || hypervisor.has(HypervisorFault.TELLS_WHEN_CLOSED)) {
            Thread.startVirtualThread(() -> exit.complete(how));
        }
    }

    static MachineRecord recordOf(MachineFolder folder) {
        return new MachineRecord(
                folder.id(),
                folder.read("owner").orElse("nobody"),
                DATA + folder.read("pid").orElse("0"));
    }

    MachineFolder folder() {
        return folder;
    }

    @Override
    public String id() {
        return folder.id();
    }

    @Override
    public MachineState state() {
        MachineState state = folder.state();
        if (takenUp
                && state != MachineState.GONE
                && hypervisor.has(HypervisorFault.FORGETS_STATE)) {
            return MachineState.RUNNING;
        }
        MachineState earlier = remembered;
        if (earlier != null && hypervisor.has(HypervisorFault.REMEMBERS_STATE)) {
            return earlier;
        }
        remembered = state;
        return state;
    }

    @Override
    public void start() {
        require("start", MachineState.CREATED);
        become(
                hypervisor.has(HypervisorFault.NEVER_RUNS)
                        ? MachineState.CREATED
                        : MachineState.RUNNING);
    }

    @Override
    public void pause() {
        if (!hypervisor.has(HypervisorFault.LENIENT)) {
            require("pause", MachineState.RUNNING, MachineState.PAUSED);
        }
        become(MachineState.PAUSED);
    }

    @Override
    public void resume() {
        require("resume", MachineState.RUNNING, MachineState.PAUSED);
        become(MachineState.RUNNING);
    }

    private void require(String operation, MachineState... legal) {
        MachineState state = state();
        if (!Set.of(legal).contains(state)) {
            throw new ConflictException(
                    "cannot %s machine %s: it is %s".formatted(operation, id(), state));
        }
    }

    private void requireAlive(String operation) {
        require(operation, MachineState.CREATED, MachineState.RUNNING, MachineState.PAUSED);
    }

    private void become(MachineState state) {
        folder.write("state", state.name());
        remembered = state;
    }

    @Override
    public void stop() throws InterruptedException {
        boolean gone = folder.state() == MachineState.GONE;
        if (gone && hypervisor.has(HypervisorFault.STOPS_ONCE_ONLY)) {
            requireAlive("stop");
        }
        if (hypervisor.has(HypervisorFault.STOPS_ALONE)) {
            Thread.sleep(MOMENT_MILLIS);
            if (folder.isStopping()) {
                throw new ConflictException("machine " + id() + " is being stopped");
            }
        } else if (hypervisor.has(HypervisorFault.GIVES_UP_STOP)) {
            Thread.sleep(MOMENT_MILLIS);
        }
        hypervisor.end(folder);
    }

    @Override
    public CompletionStage<MachineExit> exited() {
        return exit.minimalCompletionStage();
    }

    @Override
    public MachineRecord record() {
        if (folder.exists() && !hypervisor.has(HypervisorFault.FORGETS_OWNER)) {
            record = recordOf(folder);
        }
        return record;
    }

    @Override
    public void assign(String owner) {
        if (!hypervisor.has(HypervisorFault.USED_WHEN_GONE)) {
            requireAlive("assign");
        }
        if (hypervisor.has(HypervisorFault.FORGETS_OWNER)) {
            record = new MachineRecord(id(), owner, record.data());
        } else if (folder.exists()) {
            folder.write("owner", owner);
        }
    }

    @Override
    public AgentEndpoint agentEndpoint() {
        return new AgentEndpoint.UnixSocket(folder.path().resolve("agent"));
    }

    @Override
    public List<String> consoleTail(int maximumLines) {
        if (folder.state() == MachineState.GONE) {
            return List.of();
        }
        int lines = maximumLines + (hypervisor.has(HypervisorFault.TALKATIVE) ? 1 : 0);
        return Collections.nCopies(lines, "up");
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        requireAlive("use");
        throw new RejectedException("machine %s has no %s".formatted(id(), kind.getSimpleName()));
    }

    @Override
    public void close() {
        closed = true;
        hypervisor.letGo(this);
    }
}
