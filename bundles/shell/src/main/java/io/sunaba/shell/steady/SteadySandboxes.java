package io.sunaba.shell.steady;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import java.util.List;
import java.util.Optional;

/// The sandboxes of whichever core is there. A call that a core refuses because it goes is made
/// again when the next one has come; a core lets those end that it has begun, unless they take
/// long.
public final class SteadySandboxes implements Sandboxes {
    interface Body<T> {
        T run(Sandboxes core) throws InterruptedException;
    }

    private interface Quick<T> {
        T run(Sandboxes core);
    }

    private final Awaited<Sandboxes> cores;

    public SteadySandboxes(Awaited<Sandboxes> cores) {
        this.cores = requireNonNull(cores, "cores is null");
    }

    Awaited<Sandboxes> cores() {
        return cores;
    }

    private <T> T call(Body<T> body) throws InterruptedException {
        while (true) {
            Sandboxes core = cores.require();
            try {
                return body.run(core);
            } catch (UnavailableException e) {
                if (cores.is(core)) {
                    throw e;
                }
            }
        }
    }

    private <T> T ask(Quick<T> body) {
        while (true) {
            Sandboxes core = cores.require();
            try {
                return body.run(core);
            } catch (UnavailableException e) {
                if (cores.is(core)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public Sandbox create(SandboxConfig config) throws InterruptedException {
        return call(core -> new SteadySandbox(this, core, core.create(config)).proxy());
    }

    @Override
    public HypervisorConfig machine(SandboxConfig config) throws InterruptedException {
        return call(core -> core.machine(config));
    }

    @Override
    public Sandbox fetch(String sandboxId) throws InterruptedException {
        return call(core -> new SteadySandbox(this, core, core.fetch(sandboxId)).proxy());
    }

    @Override
    public Optional<Sandbox> find(String sandboxId) {
        return ask(core ->
                core.find(sandboxId).map(found -> new SteadySandbox(this, core, found).proxy()));
    }

    @Override
    public List<SandboxStatus> list() {
        return ask(Sandboxes::list);
    }

    @Override
    public SandboxMonitor monitor() {
        return ask(core -> new SteadyMonitor(this, core, core.monitor(), Sandboxes::monitor));
    }
}
