package io.sunaba.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The data directory, held by one platform at a time.
///
/// The file `lock` in it is locked as long as the platform lives and tells its pid and home. The
/// process that holds it must not open it a second time: closing that would release the lock.
final class DataDirectory implements AutoCloseable {
    /// Less free space than this is no place to start on.
    static final long MINIMUM_FREE_BYTES = 16L << 20;

    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /// Opens and locks the directory, creating it if there is none.
    ///
    /// @throws StartException if it cannot be used, or another platform holds it
    static DataDirectory open(Path directory, Path home) throws StartException {
        try {
            createOwnerOnly(directory);
            Path path = directory.toRealPath();
            FileChannel channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw held(path, home);
            }
            checkSpace(path);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(new Holder(ProcessHandle.current().pid(), home).text()));
            channel.force(true);
            createOwnerOnly(path.resolve("log"));
            createOwnerOnly(path.resolve("cache"));
            return new DataDirectory(path, channel, lock);
        } catch (IOException e) {
            throw new StartException(
                    "the data directory " + directory + " cannot be used: " + reason(e), e);
        }
    }

    Path path() {
        return path;
    }

    /// Makes `data/run` lead to the run directory, which is where clients look for it.
    void linkRun(Path run) throws StartException {
        Path link = path.resolve("run");
        try {
            if (!Files.isSymbolicLink(link) || !Files.readSymbolicLink(link).equals(run)) {
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, run);
            }
        } catch (IOException e) {
            throw new StartException("cannot link " + link + " to " + run + ": " + reason(e), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.truncate(0);
        lock.release();
        channel.close();
    }

    /// Creates a directory that only its owner may enter, or makes it so.
    static void createOwnerOnly(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        if (!Files.getPosixFilePermissions(directory).equals(OWNER_ONLY)) {
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
        }
    }

    /// Says in a few words what is wrong; exceptions of the file system tell little more than a
    /// path.
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a directory";
            case NoSuchFileException missing -> missing.getFile() + " cannot be made";
            case FileSystemException failure when failure.getReason() != null ->
                    failure.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static StartException held(Path path, Path home) throws IOException {
        Holder holder = Holder.read(path);
        String who = holder == null ? "another process" : "process " + holder.pid();
        boolean ours = holder != null && holder.home().equals(home);
        return new StartException(
                "the data directory %s is in use by %s%s"
                        .formatted(path, who, ours ? "" : ", of another distribution"),
                ours);
    }

    private static void checkSpace(Path path) throws IOException, StartException {
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < MINIMUM_FREE_BYTES) {
            throw new StartException(
                    "the data directory %s is full: %d KiB are free, at least %d KiB are needed"
                            .formatted(path, free >> 10, MINIMUM_FREE_BYTES >> 10));
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    /// Who holds a data directory.
    ///
    /// @param pid the process
    /// @param home the distribution it runs from
    record Holder(long pid, Path home) {
        byte[] text() {
            return (pid + "\n" + home + "\n").getBytes(UTF_8);
        }

        static @Nullable Holder read(Path data) throws IOException {
            Path file = data.resolve("lock");
            String[] lines = Files.readString(file).split("\n", -1);
            return lines.length < 2
                    ? null
                    : new Holder(Long.parseLong(lines[0]), Path.of(lines[1]));
        }
    }
}
