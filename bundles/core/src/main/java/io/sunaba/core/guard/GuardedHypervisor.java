package io.sunaba.core.guard;

import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.SnapshotRestore;
import java.util.List;

/// A hypervisor plugin behind its guard.
public record GuardedHypervisor(Guard guard, Hypervisor hypervisor) implements Hypervisor {
    @Override
    public HypervisorCapabilities capabilities() throws InterruptedException {
        return guard.call("capabilities", hypervisor::capabilities);
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        return GuardedMachine.of(
                guard, guard.make("create", () -> hypervisor.create(spec), this::end));
    }

    @Override
    public Machine attach(MachineRecord record) throws InterruptedException {
        return GuardedMachine.of(
                guard, guard.make("attach", () -> hypervisor.attach(record), Machine::close));
    }

    @Override
    public List<MachineRecord> machines() {
        return guard.list("machines", hypervisor::machines);
    }

    @Override
    public void destroy(String machineId) throws InterruptedException {
        guard.run("destroy", () -> hypervisor.destroy(machineId));
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        T found = guard.ask("ability", () -> hypervisor.ability(kind));
        return found instanceof SnapshotRestore restore && kind.equals(SnapshotRestore.class)
                ? kind.cast(new GuardedRestore(guard, restore))
                : found;
    }

    private void end(Machine late) {
        try {
            late.stop();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
