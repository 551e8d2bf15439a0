package io.sunaba.core.guard;

import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// A machine behind its hypervisor's guard.
record GuardedMachine(Guard guard, Machine machine) implements Machine {
    static Machine of(Guard guard, Machine machine) {
        return machine instanceof GuardedMachine ? machine : new GuardedMachine(guard, machine);
    }

    @Override
    public String id() {
        return guard.ask("id", machine::id);
    }

    @Override
    public MachineState state() {
        return guard.ask("state", machine::state);
    }

    @Override
    public void start() throws InterruptedException {
        guard.run("start", machine::start);
    }

    @Override
    public void stop() throws InterruptedException {
        guard.run("stop", machine::stop);
    }

    @Override
    public void pause() throws InterruptedException {
        guard.run("pause", machine::pause);
    }

    @Override
    public void resume() throws InterruptedException {
        guard.run("resume", machine::resume);
    }

    @Override
    public CompletionStage<MachineExit> exited() {
        return guard.ask("exited", machine::exited);
    }

    @Override
    public MachineRecord record() {
        return guard.ask("record", machine::record);
    }

    @Override
    public void assign(String owner) {
        guard.tell("assign", () -> machine.assign(owner));
    }

    @Override
    public AgentEndpoint agentEndpoint() {
        return guard.ask("agentEndpoint", machine::agentEndpoint);
    }

    @Override
    public List<String> consoleTail(int maximumLines) {
        return guard.list("consoleTail", () -> machine.consoleTail(maximumLines));
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        T found = guard.ask("ability", () -> machine.ability(kind));
        return kind.cast(GuardedAbilities.of(guard, kind, found));
    }

    @Override
    public void close() {
        guard.tell("close", machine::close);
    }
}
