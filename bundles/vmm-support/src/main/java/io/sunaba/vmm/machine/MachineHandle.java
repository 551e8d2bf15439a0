package io.sunaba.vmm.machine;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.vmm.TextTail;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A handle of a machine.
public final class MachineHandle implements Machine {
    private final Vm vm;
    private final CompletableFuture<MachineExit> exited = new CompletableFuture<>();
    private volatile boolean closed;

    MachineHandle(Vm vm) {
        this.vm = vm;
        var _ = vm.exit().thenAccept(exit -> Thread.ofVirtual().start(() -> complete(exit)));
    }

    private void complete(MachineExit exit) {
        if (!closed) {
            exited.complete(exit);
        }
    }

    @Override
    public String id() {
        return vm.id();
    }

    @Override
    public MachineState state() {
        return vm.state();
    }

    @Override
    public void start() throws InterruptedException {
        open().change("start", MachineState.CREATED, MachineState.RUNNING, false);
    }

    @Override
    public void stop() throws InterruptedException {
        open().stop();
    }

    @Override
    public void pause() throws InterruptedException {
        open().change("pause", MachineState.RUNNING, MachineState.PAUSED, true);
    }

    @Override
    public void resume() throws InterruptedException {
        open().change("resume", MachineState.PAUSED, MachineState.RUNNING, true);
    }

    @Override
    public CompletionStage<MachineExit> exited() {
        return exited.minimalCompletionStage();
    }

    @Override
    public MachineRecord record() {
        return vm.record();
    }

    @Override
    public void assign(String owner) {
        open().assign(requireNonNull(owner, "owner is null"));
    }

    @Override
    public AgentEndpoint agentEndpoint() {
        return vm.agentEndpoint();
    }

    @Override
    public List<String> consoleTail(int maximumLines) {
        if (maximumLines < 0) {
            throw new RejectedException("maximumLines is %d".formatted(maximumLines));
        }
        return TextTail.lines(vm.files().console(), maximumLines);
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        return open().ability(requireNonNull(kind, "kind is null"));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            vm.close(this);
        }
    }

    private Vm open() {
        if (closed) {
            throw new IllegalStateException("this handle of machine " + vm.id() + " is closed");
        }
        return vm;
    }

    @Override
    public String toString() {
        return "machine %s (%s)".formatted(vm.id(), vm.state());
    }
}
