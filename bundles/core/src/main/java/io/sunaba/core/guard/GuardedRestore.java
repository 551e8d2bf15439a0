package io.sunaba.core.guard;

import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.SnapshotRestore;
import java.nio.file.Path;

/// What restores machines, behind its plugin's guard. It may read much, and takes its time.
record GuardedRestore(Guard guard, SnapshotRestore restore) implements SnapshotRestore {
    @Override
    public Machine restore(MachineSpec spec, Path directory) throws InterruptedException {
        return GuardedMachine.of(
                guard, guard.await("restore", () -> restore.restore(spec, directory)));
    }

    @Override
    public void verify(Path directory) throws InterruptedException {
        guard.awaitEnd("verify", () -> restore.verify(directory));
    }
}
