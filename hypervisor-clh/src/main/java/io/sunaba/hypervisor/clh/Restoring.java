package io.sunaba.hypervisor.clh;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.vmm.snapshot.SavedMachine;
import java.nio.file.Path;

/// Starts machines from what [Saving] saved.
final class Restoring implements SnapshotRestore {
    private final ClhHypervisor hypervisor;

    Restoring(ClhHypervisor hypervisor) {
        this.hypervisor = hypervisor;
    }

    @Override
    public Machine restore(MachineSpec spec, Path directory) throws InterruptedException {
        return hypervisor.launch(spec, at(directory));
    }

    @Override
    public void verify(Path directory) throws InterruptedException {
        SavedMachine saved = at(directory);
        saved.requireWholeToTheLastByte(saved.requireManifest());
    }

    private static SavedMachine at(Path directory) {
        return new SavedMachine(
                requireNonNull(directory, "directory is null").toAbsolutePath(), ClhHypervisor.CLH);
    }
}
