package io.sunaba.tck.hypervisor;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import java.nio.file.Path;

/// A place for the machines of one hypervisor plugin, empty at first. Closing the fixture removes
/// it.
public interface HypervisorFixture extends AutoCloseable {
    /// Opens the plugin as its activation does: always over the same place.
    Hypervisor open() throws Exception;

    /// Closes what [#open] returned, as the plugin's deactivation does.
    void close(Hypervisor hypervisor) throws Exception;

    /// Returns what a small machine is to be: one processor, and a guest that stays up and lets go
    /// of the devices that it is asked to.
    HypervisorConfig config();

    /// Waits until the guest of a machine, started before, is up. With one that says so on its
    /// console, [Console#await] does.
    void awaitUp(Machine machine) throws Exception;

    /// Returns an existing directory for the suite's own files.
    Path directory();

    /// Returns the directory in which the plugin keeps the files of live machines; it is empty when
    /// there is none.
    Path machineDirectory();
}
