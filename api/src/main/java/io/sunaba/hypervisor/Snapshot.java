package io.sunaba.hypervisor;

import java.nio.file.Path;

/// Ability of a machine: its whole state can be saved, and other machines started from it.
public interface Snapshot extends Ability {
    /// Saves the machine's memory and device state into an empty directory. Legal in `PAUSED`; the
    /// machine stays paused. On failure the directory is empty again.
    void save(Path directory) throws InterruptedException;
}
