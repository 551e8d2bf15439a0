package io.sunaba.vmm.machine;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The files of one machine: a private directory that bears its id.
public class MachineFiles {
    private static final String NOTE = ".device";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final Path directory;

    public MachineFiles(Path directory) {
        this.directory = directory;
    }

    /// Tells whether a machine can have an id, and so a directory of that name.
    public static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /// Creates the directory, and the one that it is in.
    ///
    /// @throws ConflictException if there is one
    public void create() {
        try {
            PrivateDirectory.ensure(requireNonNull(directory.getParent()));
            PrivateDirectory.create(directory);
        } catch (FileAlreadyExistsException e) {
            throw new ConflictException("machine %s exists".formatted(id()), e);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot create directory %s of machine %s".formatted(directory, id()), e);
        }
    }

    public Path directory() {
        return directory;
    }

    public String id() {
        return directory.getFileName().toString();
    }

    /// The end of what the guest printed.
    public Path console() {
        return directory.resolve("console.log");
    }

    /// What a machine is that can be saved; those that were restored have none.
    public Path traits() {
        return directory.resolve("traits.json");
    }

    /// Where the daemon of the shared directory in a slot listens. A socket's path must be short.
    public Path shareSocket(int slot) {
        return directory.resolve("fs-%d.sock".formatted(slot));
    }

    /// What that daemon prints.
    public Path shareLog(int slot) {
        return directory.resolve("fs-%d.log".formatted(slot));
    }

    /// Says that a device stands on something that is not to be left without it.
    public Path note(String device) {
        return directory.resolve(device + NOTE);
    }

    /// Lists the devices of which there are notes.
    public List<String> noted() {
        List<String> devices = new ArrayList<>();
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(directory, "*" + NOTE)) {
            for (Path note : notes) {
                String name = note.getFileName().toString();
                devices.add(name.substring(0, name.length() - NOTE.length()));
            }
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            throw new UnavailableException("cannot list " + directory, e);
        }
        return List.copyOf(devices);
    }

    private Path record() {
        return directory.resolve("record.json");
    }

    public void write(MachineRecord record) {
        try {
            PrivateDirectory.write(record(), Records.toJson(record));
        } catch (IOException e) {
            throw new UnavailableException("cannot write " + record(), e);
        }
    }

    /// Reads the record. Of a machine whose creation ended before there was one it has an empty
    /// owner and empty data.
    public MachineRecord read() {
        return Records.ofJson(id(), directory, record());
    }

    /// Deletes the directory and all in it.
    public void delete() {
        try {
            PrivateDirectory.delete(directory);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot remove directory %s of machine %s".formatted(directory, id()), e);
        }
    }
}
