package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Finished;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A process that a call is connected to until it ends, and what becomes of it then.
///
/// If the shell goes meanwhile, the next one is told to attach the caller again, with the same
/// outlook.
public final class Attached {
    /// What becomes of the process.
    public enum Outlook {
        /// It goes on without the caller.
        STAYS,
        /// It is killed when the caller goes away: nobody would read what it prints.
        KILLED,
        /// Its sandbox is removed, however this ends.
        REMOVED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Attached.class);
    private static final int KILL = 9;

    private final Sandbox sandbox;
    private final String containerId;
    private final String processId;
    private final Outlook outlook;

    public Attached(Sandbox sandbox, String containerId, String processId, Outlook outlook) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
        this.outlook = requireNonNull(outlook, "outlook is null");
    }

    /// Waits until the process has ended and all its output is written.
    public Finished run(Call call) throws InterruptedException {
        Relay relay = new Relay(sandbox, containerId, processId, outlook);
        call.console()
                .endless(
                        outlook == Outlook.STAYS
                                || call.arguments().flag(ProcessOptions.TTY.name())
                                || relay.canMove(call));
        try {
            return Finished.of(relay.run(call));
        } catch (InterruptedException e) {
            if (outlook == Outlook.KILLED && call.console().handedOver().isEmpty()) {
                Thread.ofVirtual().name("kill").start(this::kill).join();
            }
            throw e;
        } finally {
            call.console().endless(false);
            if (outlook == Outlook.REMOVED && call.console().handedOver().isEmpty()) {
                remove(sandbox);
            }
        }
    }

    private void kill() {
        try {
            sandbox.signalProcess(containerId, processId, KILL, false);
        } catch (SunabaException e) {
            LOG.warn("process {} of {} could not be killed", processId, containerId, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /// Removes a sandbox on a thread of its own, so that an interrupt, which ended what ran
    /// perhaps, does not end the removal.
    public static void remove(Sandbox sandbox) {
        Thread remover = Thread.ofVirtual().name("remove").start(() -> stopAndDelete(sandbox));
        boolean interrupted = false;
        while (true) {
            try {
                remover.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stopAndDelete(Sandbox sandbox) {
        try {
            sandbox.stop(true);
            sandbox.delete();
        } catch (NotFoundException e) {
            LOG.debug("{} is gone already: {}", sandbox.id(), e.getMessage());
        } catch (SunabaException e) {
            LOG.error("sandbox {} could not be removed", sandbox.id(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /// Returns the line that attaches a caller to a process.
    static String line(
            Sandbox sandbox, String containerId, String processId, Outlook outlook, boolean tty) {
        StringBuilder line = new StringBuilder("container:attach");
        if (tty) {
            line.append(" --tty");
        }
        line.append(
                switch (outlook) {
                    case STAYS -> "";
                    case KILLED -> " --kill";
                    case REMOVED -> " --remove";
                });
        for (String word : List.of("--process", processId, sandbox.id(), containerId)) {
            line.append(" '").append(word).append('\'');
        }
        return line.toString();
    }
}
