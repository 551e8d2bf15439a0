package io.sunaba.hypervisor.qemu;

import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The files of one machine: a private directory that bears its id.
///
/// @param directory the directory
record MachineFiles(Path directory) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /// Tells whether a machine can have an id, and so a directory of that name.
    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    static MachineFiles of(Path runtimeDirectory, String id) {
        return new MachineFiles(runtimeDirectory.resolve(id));
    }

    /// Creates the directory.
    ///
    /// @throws ConflictException if there is one
    static MachineFiles create(Path runtimeDirectory, String id) {
        MachineFiles files = of(runtimeDirectory, id);
        try {
            PrivateDirectory.ensure(runtimeDirectory);
            PrivateDirectory.create(files.directory);
            return files;
        } catch (FileAlreadyExistsException e) {
            throw new ConflictException("machine %s exists".formatted(id), e);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot create directory %s of machine %s".formatted(files.directory, id), e);
        }
    }

    Path qmpSocket() {
        return directory.resolve("qmp.sock");
    }

    /// Where QEMU calls when its other sockets are there.
    Path readySocket() {
        return directory.resolve("ready.sock");
    }

    Path agentSocket() {
        return directory.resolve("agent.sock");
    }

    Path consoleSocket() {
        return directory.resolve("console.sock");
    }

    /// The end of what the guest printed.
    Path console() {
        return directory.resolve("console.log");
    }

    /// What QEMU itself prints.
    Path log() {
        return directory.resolve("qemu.log");
    }

    /// Where the state of the devices comes out of QEMU, or goes in.
    Path stateSocket() {
        return directory.resolve("state.sock");
    }

    /// The state of the devices, from when it was saved until the guest goes on: QEMU tells it
    /// once.
    Path state() {
        return directory.resolve("state");
    }

    /// What a machine is that can be saved; those that were restored have none.
    Path traits() {
        return directory.resolve("traits.json");
    }

    private Path record() {
        return directory.resolve("record.json");
    }

    String id() {
        return directory.getFileName().toString();
    }

    void write(MachineRecord record) {
        try {
            PrivateDirectory.write(record(), Records.toJson(record));
        } catch (IOException e) {
            throw new UnavailableException("cannot write " + record(), e);
        }
    }

    /// Reads the record. Of a machine whose creation ended before there was one it has an empty
    /// owner and empty data.
    MachineRecord read() {
        return Records.ofJson(id(), directory, record());
    }

    /// Deletes the directory and all in it.
    void delete() {
        try {
            PrivateDirectory.delete(directory);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot remove directory %s of machine %s".formatted(directory, id()), e);
        }
    }
}
