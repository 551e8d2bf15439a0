package io.sunaba.shell.container;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Finished;
import io.sunaba.shell.process.Attached;
import io.sunaba.shell.process.ProcessOptions;

/// The command `container:exec`: one more process in a container.
final class Exec {
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
        return new Attached(sandbox, containerId, processId, Attached.Outlook.KILLED).run(call);
    }
}
