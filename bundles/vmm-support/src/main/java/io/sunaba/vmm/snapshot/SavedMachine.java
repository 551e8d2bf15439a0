package io.sunaba.vmm.snapshot;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A directory with the saved state of a machine: its memory, the state of its devices, and a
/// manifest, which is written last, so that there is all or no snapshot.
///
/// @param directory the directory
/// @param plugin the hypervisor whose machine it is
public record SavedMachine(Path directory, String plugin) {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    /// Takes a directory to save into.
    ///
    /// @throws NotFoundException if there is none
    /// @throws ConflictException if there is something in it
    public static SavedMachine into(Path directory, String plugin) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            if (files.iterator().hasNext()) {
                throw new ConflictException(
                        "directory %s for a snapshot is not empty".formatted(directory));
            }
            return new SavedMachine(directory, plugin);
        } catch (IOException e) {
            throw new NotFoundException("there is no directory " + directory, e);
        }
    }

    /// Creates a file that only this user can read: a guest's memory holds its secrets.
    public static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    public Path memory() {
        return directory.resolve("memory");
    }

    public Path state() {
        return directory.resolve("state");
    }

    private Path manifest() {
        return directory.resolve("manifest");
    }

    /// Describes what was saved and makes it lasting.
    ///
    /// @param memoryChecksum what [MemoryImage#copy] returned
    public void complete(Traits traits, long memoryChecksum) throws IOException {
        force(state());
        Manifest manifest =
                new Manifest(
                        plugin,
                        traits,
                        Files.size(state()),
                        Checksum.of(state()),
                        Files.size(memory()),
                        memoryChecksum,
                        modified(memory()));
        PrivateDirectory.write(manifest(), manifest.toText());
        force(manifest());
        force(directory);
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String modified(Path file) throws IOException {
        return String.valueOf(Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS));
    }

    /// Removes what a save that failed left.
    public void clear() throws IOException {
        // The manifest first, so that what is left in a crash is no snapshot.
        for (Path file :
                List.of(manifest(), directory.resolve("manifest.new"), state(), memory())) {
            Files.deleteIfExists(file);
        }
    }

    /// Reads the manifest.
    ///
    /// @throws RejectedException if there is none, or it is damaged
    public Manifest requireManifest() throws InterruptedException {
        try {
            // Damaged text may be no text.
            byte[] text = Files.readAllBytes(manifest());
            return Manifest.of(new String(text, StandardCharsets.UTF_8), directory, plugin);
        } catch (NoSuchFileException e) {
            throw new RejectedException("%s is no snapshot".formatted(directory), e);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Checks the files without reading memory that shows no trace of a change.
    ///
    /// @throws RejectedException if they are not as they were saved
    public void requireWhole(Manifest manifest) throws InterruptedException {
        try {
            requireState(manifest);
            requireSize(memory(), manifest.memoryBytes());
            // A copy of a snapshot has other times.
            if (!modified(memory()).equals(manifest.memoryModified())) {
                requireMemory(manifest);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Checks every byte of the files.
    ///
    /// @throws RejectedException if they are not as they were saved
    public void requireWholeToTheLastByte(Manifest manifest) throws InterruptedException {
        try {
            requireState(manifest);
            requireSize(memory(), manifest.memoryBytes());
            requireMemory(manifest);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void requireState(Manifest manifest) throws IOException {
        requireSize(state(), manifest.stateBytes());
        if (!Checksum.of(state()).equals(manifest.stateChecksum())) {
            throw damaged(state(), "its content changed");
        }
    }

    private void requireMemory(Manifest manifest) throws IOException {
        if (MemoryImage.checksum(memory()) != manifest.memoryChecksum()) {
            throw damaged(memory(), "its content changed");
        }
    }

    private void requireSize(Path file, long bytes) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw damaged(file, "it is missing");
        }
        if (Files.size(file) != bytes) {
            throw damaged(file, "it has %d bytes, not %d".formatted(Files.size(file), bytes));
        }
    }

    private RejectedException damaged(Path file, String how) {
        return new RejectedException(
                "snapshot %s is damaged: %s: %s".formatted(directory, file.getFileName(), how));
    }

    private RuntimeException failure(IOException e) throws InterruptedException {
        if (e instanceof ClosedByInterruptException) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while snapshot was read: " + directory);
        }
        return new UnavailableException("cannot read snapshot " + directory, e);
    }
}
