package io.sunaba.hypervisor;

import java.nio.file.Path;

/// Ability of a machine: its whole state can be saved, and other machines started from it. A
/// machine that was itself restored may lack it.
public interface Snapshot extends Ability {
    /// Saves the machine's memory and device state into an empty directory. Legal in `PAUSED`, any
    /// number of times; the machine stays paused. Durable on return. What is in the directory
    /// afterwards must not be changed while machines restored from it live; it may be deleted.
    ///
    /// The guest's agent must have no session: close it before [Machine#pause]. When interrupted,
    /// or on failure, the directory is empty again, and the machine is as it was.
    ///
    /// @throws io.sunaba.error.ConflictException if the machine is not `PAUSED`, the directory is
    ///   not empty, or something is plugged that cannot be saved; the message names it
    /// @throws io.sunaba.error.NotFoundException if there is no such directory
    /// @throws io.sunaba.error.UnavailableException if it cannot be written; the call may be
    ///   repeated
    void save(Path directory) throws InterruptedException;
}
