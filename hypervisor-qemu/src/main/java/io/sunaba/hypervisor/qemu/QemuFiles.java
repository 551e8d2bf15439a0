package io.sunaba.hypervisor.qemu;

import io.sunaba.vmm.machine.MachineFiles;
import java.nio.file.Path;

/// The files of one machine of QEMU.
final class QemuFiles extends MachineFiles {
    QemuFiles(Path directory) {
        super(directory);
    }

    static QemuFiles of(Path runtimeDirectory, String id) {
        return new QemuFiles(runtimeDirectory.resolve(id));
    }

    Path qmpSocket() {
        return directory().resolve("qmp.sock");
    }

    /// QEMU's second monitor, to which open files can be handed. Machines that were made by an
    /// earlier version have none.
    Path descriptorSocket() {
        return directory().resolve("files.sock");
    }

    /// Where QEMU calls when its other sockets are there.
    Path readySocket() {
        return directory().resolve("ready.sock");
    }

    Path agentSocket() {
        return directory().resolve("agent.sock");
    }

    Path consoleSocket() {
        return directory().resolve("console.sock");
    }

    /// What QEMU itself prints.
    Path log() {
        return directory().resolve("qemu.log");
    }

    /// Where the state of the devices comes out of QEMU, or goes in.
    Path stateSocket() {
        return directory().resolve("state.sock");
    }

    /// The state of the devices, from when it was saved until the guest goes on: QEMU tells it
    /// once.
    Path state() {
        return directory().resolve("state");
    }
}
