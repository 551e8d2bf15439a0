package io.sunaba.hypervisor;

import java.nio.file.Path;

/// Ability of a hypervisor: machines start from the saved state of another.
public interface SnapshotRestore extends Ability {
    /// Creates a machine from a saved state; it is `PAUSED` and goes on with [Machine#resume]. The
    /// saved state is only read and may serve any number of machines at once; memory is copied on
    /// write. Nothing is left if this fails.
    ///
    /// Whatever is damaged is noticed, but for a change of the memory that leaves no trace on its
    /// file, as that of a failing disk: looking for it is a matter of [#verify].
    ///
    /// @param spec what the new machine is to be: as the saved one, but for id and owner
    /// @param directory what [Snapshot#save] wrote, by the same version of the same hypervisor
    /// @throws io.sunaba.error.RejectedException if the state is missing, damaged, or of a machine
    ///   unlike the spec, then the message names the directory; or if the spec asks for shared
    ///   memory, which such a machine has not. No process was started
    /// @throws io.sunaba.error.ConflictException if a machine of that id exists
    /// @throws io.sunaba.error.UnavailableException as [Hypervisor#create]
    Machine restore(MachineSpec spec, Path directory) throws InterruptedException;

    /// Reads a saved state from its first byte to its last and compares it with what was saved.
    /// Takes as long as reading all of the memory in use.
    ///
    /// @param directory what [Snapshot#save] wrote
    /// @throws io.sunaba.error.RejectedException if it is missing or damaged; the message names the
    ///   directory
    void verify(Path directory) throws InterruptedException;
}
