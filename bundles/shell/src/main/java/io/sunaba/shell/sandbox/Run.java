package io.sunaba.shell.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Finished;
import io.sunaba.shell.process.ContainerOptions;
import io.sunaba.shell.process.ProcessOptions;
import io.sunaba.shell.process.Relay;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command `sandbox:run`: a sandbox for one process.
final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);
    private static final String CONTAINER = "main";

    private final Sandboxes sandboxes;
    private final Supplier<OciBundles> bundles;
    private final Call call;

    Run(Sandboxes sandboxes, Supplier<OciBundles> bundles, Call call) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.bundles = requireNonNull(bundles, "bundles is null");
        this.call = requireNonNull(call, "call is null");
    }

    /// Runs it and leaves nothing behind, however it ends.
    Finished run() throws InterruptedException {
        if (call.arguments().flag(ProcessOptions.TTY.name())) {
            ProcessOptions.requireTty(call);
        }
        SandboxConfig config =
                SandboxCommands.config(call, ContainerOptions.container(call, CONTAINER, bundles));
        Sandbox sandbox = sandboxes.create(config);
        try {
            sandbox.start();
            ExitStatus exit = new Relay(sandbox, CONTAINER, CONTAINER).run(call);
            return Finished.of(exit);
        } finally {
            remove(sandbox);
        }
    }

    /// Removes the sandbox on a thread of its own, so that an interrupt, which ended the run
    /// perhaps, does not end the removal.
    private static void remove(Sandbox sandbox) {
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
}
