package io.sunaba.hypervisor.clh;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.machine.ConsoleLog;
import io.sunaba.vmm.machine.Ending;
import io.sunaba.vmm.machine.Vm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A machine of Cloud Hypervisor. Nobody but its handles changes its state, so that follows from
/// the answers; its end and that of its devices from the events.
final class ClhVm extends Vm implements Events.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ClhVm.class);
    private static final int AGENT_PORT = 1024;
    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CONSOLE_TIMEOUT = Duration.ofSeconds(1);

    private final ClhFiles files;
    private final Api api;
    private final Abilities abilities;
    private volatile @Nullable Claim claim;
    private volatile @Nullable Events events;
    private volatile @Nullable ConsoleLog console;

    /// @param child the process as a child of this one, or null if it is none
    /// @param forget called when there is nothing left to know
    ClhVm(
            ClhFiles files,
            String owner,
            HostProcess process,
            @Nullable Process child,
            Api api,
            ClhConfig config,
            Runnable forget) {
        super(files, owner, process, ending(files, child), forget);
        this.files = files;
        this.api = api;
        this.abilities = new Abilities(this, config);
    }

    private static Ending ending(ClhFiles files, @Nullable Process child) {
        return new Ending(files, ClhProgram.NAME, files.log(), child);
    }

    /// Follows its events, and takes up what is there.
    ///
    /// @throws UnavailableException if it does not answer
    void connect(Duration timeout) throws InterruptedException {
        boolean complete = false;
        try {
            claim = Claim.of(files.lock(), timeout);
            events = Events.follow(id(), files.events(), this);
            console = ConsoleLog.follow(files, files.consoleSocket());
            Requests.Info info = api.info();
            noteStateAtFirst(stateOf(info.state()));
            abilities.takeUp(info);
            complete = true;
        } catch (ApiException e) {
            throw new UnavailableException("machine %s does not tell its state".formatted(id()), e);
        } catch (IOException e) {
            throw new UnavailableException("machine %s cannot be followed".formatted(id()), e);
        } finally {
            if (!complete) {
                disconnect();
            }
        }
    }

    private static MachineState stateOf(String state) {
        return switch (state) {
            case "Created" -> MachineState.CREATED;
            case "Running" -> MachineState.RUNNING;
            default -> MachineState.PAUSED;
        };
    }

    @Override
    protected void disconnect() {
        close(events);
        close(console);
        close(claim);
    }

    private void close(@Nullable AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) {
            LOG.warn("machine {}: a connection is left open", id(), e);
        }
    }

    @Override
    public ClhFiles files() {
        return files;
    }

    Api api() {
        return api;
    }

    @Override
    public AgentEndpoint agentEndpoint() {
        return new AgentEndpoint.HybridVsock(files.vsock(), AGENT_PORT);
    }

    @Override
    protected void perform(String operation, MachineState from, MachineState to) {
        String request =
                to == MachineState.PAUSED
                        ? "vm.pause"
                        : from == MachineState.CREATED ? "vm.boot" : "vm.resume";
        try {
            api.change(request, null);
            noteState(to);
        } catch (ApiException e) {
            if (e.status() != ApiException.NONE || !hasReached(to)) {
                throw failure("cannot %s machine %s".formatted(operation, id()), e);
            }
        }
    }

    /// Looks what became of a request without an answer in time. An interrupt is kept for later.
    private boolean hasReached(MachineState wanted) {
        boolean interrupted = Thread.interrupted();
        try {
            noteState(stateOf(api.info().state()));
        } catch (InterruptedException _) {
            interrupted = true;
        } catch (ApiException e) {
            LOG.warn("machine {}: its state may be another than {}", id(), state(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return state() == wanted;
    }

    /// Makes the error of what Cloud Hypervisor refused, or did not live to answer.
    RuntimeException failure(String what, ApiException e) {
        String words = Ending.lastWords(files.log());
        return new UnavailableException(
                "%s: %s%s"
                        .formatted(
                                what,
                                e.getMessage(),
                                process().isAlive() || words.isEmpty() ? "" : ": " + words),
                e);
    }

    @Override
    protected <T extends Ability> T find(Class<T> kind) {
        return abilities.get(kind);
    }

    /// Asks Cloud Hypervisor to end, which completes what it writes to disks.
    @Override
    protected void quit() throws InterruptedException {
        try {
            api.demand("vmm.shutdown");
            exit().get(QUIT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ApiException | TimeoutException e) {
            LOG.warn("machine {}: Cloud Hypervisor does not end and is killed", id(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void event(String source, String event, Map<String, String> properties) {
        switch (source + "." + event) {
            case "guest.panic" -> ending().panicked();
            case "vmm.shutdown" -> {
                // It ends in the same way when a thread of its own fails.
                if (!ending().isAsked() && !VmmLog.tellsOfFailure(files.log())) {
                    ending().poweredOff();
                }
            }
            case "vm.rebooting" -> {
                // It would boot again, with nothing in it of what was there.
                ending().reset();
                process().kill();
            }
            case "vm.device-removed" -> abilities.deviceRemoved(properties.getOrDefault("id", ""));
            default -> LOG.debug("machine {}: {} {} {}", id(), source, event, properties);
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

    /// Returns where a path is on this host, as a URL of Cloud Hypervisor's.
    static String url(Path directory) {
        return "file://" + directory.toAbsolutePath();
    }
}
