package io.sunaba.hypervisor.clh;

import io.sunaba.vmm.machine.MachineFiles;
import java.nio.file.Path;

/// The files of one machine of Cloud Hypervisor.
final class ClhFiles extends MachineFiles {
    ClhFiles(Path directory) {
        super(directory);
    }

    static ClhFiles of(Path runtimeDirectory, String id) {
        return new ClhFiles(runtimeDirectory.resolve(id));
    }

    /// Where the REST API is served.
    Path apiSocket() {
        return directory().resolve("api.sock");
    }

    /// Where connections into the guest begin.
    Path vsock() {
        return directory().resolve("vsock.sock");
    }

    Path consoleSocket() {
        return directory().resolve("console.sock");
    }

    /// A pipe for events.
    Path events() {
        return directory().resolve("events");
    }

    /// Locked by the one process that reads the events.
    Path lock() {
        return directory().resolve("lock");
    }

    /// What Cloud Hypervisor itself prints.
    Path log() {
        return directory().resolve("vmm.log");
    }

    /// Where a saved state is read from.
    Path restore() {
        return directory().resolve("restore");
    }
}
