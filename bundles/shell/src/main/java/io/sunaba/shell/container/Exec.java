package io.sunaba.shell.container;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Finished;
import io.sunaba.shell.process.ProcessOptions;
import io.sunaba.shell.process.Relay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command `container:exec`: one more process in a container.
final class Exec {
    private static final Logger LOG = LoggerFactory.getLogger(Exec.class);
    private static final int KILL = 9;

    private final Sandbox sandbox;
    private final String containerId;
    private final Call call;

    Exec(Sandbox sandbox, String containerId, Call call) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.call = requireNonNull(call, "call is null");
    }

    /// Runs the process to its end. If the caller goes away before, it is killed: nobody would read
    /// what it prints.
    Finished run() throws InterruptedException {
        if (call.arguments().flag(ProcessOptions.TTY.name())) {
            ProcessOptions.requireTty(call);
        }
        String processId = sandbox.enterContainer(containerId, ProcessOptions.process(call));
        try {
            return Finished.of(new Relay(sandbox, containerId, processId).run(call));
        } catch (InterruptedException e) {
            Thread.ofVirtual().name("kill").start(() -> kill(processId)).join();
            throw e;
        }
    }

    private void kill(String processId) {
        try {
            sandbox.signalProcess(containerId, processId, KILL, false);
        } catch (SunabaException e) {
            LOG.warn("process {} of {} could not be killed", processId, containerId, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }
}
