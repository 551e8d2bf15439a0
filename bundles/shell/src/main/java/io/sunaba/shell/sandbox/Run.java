package io.sunaba.shell.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Finished;
import io.sunaba.shell.device.DeviceOptions;
import io.sunaba.shell.process.Attached;
import io.sunaba.shell.process.ContainerOptions;
import io.sunaba.shell.process.ProcessOptions;
import java.util.function.Supplier;

/// The command `sandbox:run`: a sandbox for one process.
final class Run {
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
                SandboxCommands.config(
                        call,
                        DeviceOptions.devices(call, CONTAINER),
                        ContainerOptions.container(call, CONTAINER, bundles));
        Sandbox sandbox = sandboxes.create(config);
        try {
            sandbox.start();
        } catch (InterruptedException | RuntimeException e) {
            Attached.remove(sandbox);
            throw e;
        }
        return new Attached(sandbox, CONTAINER, CONTAINER, Attached.Outlook.REMOVED).run(call);
    }
}
