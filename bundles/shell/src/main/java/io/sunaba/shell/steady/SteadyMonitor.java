package io.sunaba.shell.steady;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;

/// A subscription that goes on with the next core. What happens while there is none is not told.
final class SteadyMonitor implements SandboxMonitor {
    private final SteadySandboxes sandboxes;
    private final SteadySandboxes.Body<SandboxMonitor> subscribe;
    private Sandboxes core;
    private volatile SandboxMonitor current;
    private volatile boolean closed;

    SteadyMonitor(
            SteadySandboxes sandboxes,
            Sandboxes core,
            SandboxMonitor first,
            SteadySandboxes.Body<SandboxMonitor> subscribe) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.core = requireNonNull(core, "core is null");
        this.current = requireNonNull(first, "first is null");
        this.subscribe = requireNonNull(subscribe, "subscribe is null");
    }

    @Override
    public SandboxEvent next() throws InterruptedException {
        while (true) {
            try {
                return current.next();
            } catch (UnavailableException e) {
                if (closed || sandboxes.cores().is(core)) {
                    throw e;
                }
            }
            core = sandboxes.cores().require();
            current = subscribe.run(core);
            if (closed) {
                current.close();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        current.close();
    }
}
