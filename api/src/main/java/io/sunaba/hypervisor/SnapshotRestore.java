package io.sunaba.hypervisor;

import java.nio.file.Path;

/// Ability of a hypervisor: machines start from the saved state of another.
public interface SnapshotRestore extends Ability {
    /// Creates a machine from a saved state; it is `PAUSED` and goes on with [Machine#resume]. The
    /// saved state is only read and may serve any number of machines at once; memory is copied on
    /// write.
    ///
    /// @param spec what the new machine is to be: as the saved one, but for id and owner
    /// @param directory what [Snapshot#save] wrote, by the same version of the same hypervisor
    /// @throws io.sunaba.error.RejectedException if the state is damaged or of a machine unlike the
    ///   spec
    Machine restore(MachineSpec spec, Path directory) throws InterruptedException;
}
