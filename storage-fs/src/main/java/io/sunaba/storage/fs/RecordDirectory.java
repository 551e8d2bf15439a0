package io.sunaba.storage.fs;

import io.sunaba.error.UnavailableException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// The directory of the records, which nobody but its owner may see: whole files come, replace one
/// another, and go.
final class RecordDirectory implements AutoCloseable {
    private static final String TEMPORARY = ".tmp-";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final DirectoryOwner owner;
    private final DirectorySync entries;
    private final AtomicLong temporaries = new AtomicLong();

    private RecordDirectory(Path path, DirectoryOwner owner) {
        this.path = path;
        this.owner = owner;
        this.entries = new DirectorySync(path);
    }

    static RecordDirectory open(Path path) throws IOException {
        create(path);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (!OWNER_DIRECTORY.value().containsAll(permissions)) {
            throw new UnavailableException(
                    "the storage in %s is open to others (%s): chmod 700 it"
                            .formatted(path, PosixFilePermissions.toString(permissions)));
        }
        DirectoryOwner owner = DirectoryOwner.of(path);
        try {
            removeTemporaries(path);
            return new RecordDirectory(path, owner);
        } catch (IOException | RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    private static void create(Path path) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = path; at != null && Files.notExists(at); at = at.getParent()) {
            missing.add(at);
        }
        Files.createDirectories(path, OWNER_DIRECTORY);
        for (Path made : missing) {
            Path parent = made.getParent();
            if (parent != null) {
                DirectorySync.force(parent);
            }
        }
    }

    private static void removeTemporaries(Path path) throws IOException {
        try (DirectoryStream<Path> stale = Files.newDirectoryStream(path, TEMPORARY + "*")) {
            for (Path file : stale) {
                Files.delete(file);
            }
        }
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /// Puts a file in place, for one that may be there. If the content cannot be written or made
    /// durable, the earlier file stays.
    void put(String name, byte[] content) throws IOException {
        Path temporary = path.resolve(TEMPORARY + temporaries.incrementAndGet());
        try {
            Files.createFile(temporary, OWNER_FILE);
            // Not a channel, which an interrupt would close.
            try (FileOutputStream file = new FileOutputStream(temporary.toFile())) {
                file.write(content);
                file.getFD().sync();
            }
            Files.move(temporary, file(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            deleteAfter(e, temporary);
            throw e;
        }
        entries.sync();
    }

    private static void deleteAfter(Exception failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    void remove(String name) throws IOException {
        if (Files.deleteIfExists(file(name))) {
            entries.sync();
        }
    }

    @Override
    public void close() throws IOException {
        entries.close();
        owner.close();
    }

    /// Returns the system's reason of a failure, without the path.
    static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "it is not a directory";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }
}
