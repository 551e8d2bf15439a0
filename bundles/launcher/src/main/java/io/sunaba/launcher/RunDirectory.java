package io.sunaba.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The directory for sockets: short, for the path of a unix socket has at most 107 bytes however
/// long that of the data directory is, and private.
public final class RunDirectory {
    private static final int HASH_DIGITS = 12;

    /// A base longer than this leaves too little for the names of sockets.
    private static final int LONGEST_BASE = 40;

    private RunDirectory() {}

    /// Returns the run directory of a data directory, creating it if there is none.
    ///
    /// @param data the real path of the data directory
    static Path open(Path data) throws StartException {
        Path directory;
        try {
            directory = of(data);
        } catch (IOException e) {
            throw new StartException("/proc/self cannot be read: " + e.getMessage(), e);
        }
        try {
            requirePrivate(requireNonNull(directory.getParent(), "below a base"));
            requirePrivate(directory);
            return directory;
        } catch (IOException e) {
            throw new StartException(
                    "the directory for sockets %s cannot be used: %s"
                            .formatted(directory, DataDirectory.reason(e)),
                    e);
        }
    }

    /// Returns where the run directory of a data directory is, or would be. One that is there
    /// stays: machines that run have their sockets in it, wherever the platform is started from
    /// next.
    ///
    /// @param data the real path of the data directory
    public static Path of(Path data) throws IOException {
        return of(data, userId(), System.getenv());
    }

    static Path of(Path data, long userId, Map<String, String> environment) throws IOException {
        String name = hash(data);
        Path link = data.resolve("run");
        if (Files.isSymbolicLink(link)) {
            Path kept = Files.readSymbolicLink(link);
            if (kept.endsWith(name) && Files.isDirectory(kept, LinkOption.NOFOLLOW_LINKS)) {
                return kept;
            }
        }
        return base(userId, environment).resolve(name);
    }

    /// Chooses the directory above the run directories of a user (sources: systemd.exec(5),
    /// `RuntimeDirectory=`; pam_systemd(8), `XDG_RUNTIME_DIR`).
    private static Path base(long userId, Map<String, String> environment) {
        if (userId == 0) {
            return Path.of("/run/sunaba");
        }
        if (isShortDirectory(environment.get("RUNTIME_DIRECTORY"))) {
            return Path.of(environment.get("RUNTIME_DIRECTORY"));
        }
        if (isShortDirectory(environment.get("XDG_RUNTIME_DIR"))) {
            return Path.of(environment.get("XDG_RUNTIME_DIR"), "sunaba");
        }
        return Path.of("/tmp/sunaba-" + userId);
    }

    private static boolean isShortDirectory(@Nullable String path) {
        return path != null
                && path.startsWith("/")
                && path.length() <= LONGEST_BASE
                && Files.isDirectory(Path.of(path));
    }

    /// Creates a directory of mode 0700, or makes sure that what is there is one, our own, and no
    /// symbolic link that somebody laid out for us.
    static void requirePrivate(Path directory) throws IOException, StartException {
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(DataDirectory.OWNER_ONLY));
        } catch (FileAlreadyExistsException _) {
            // Judged below, whoever made it.
        }
        PosixFileAttributes found =
                Files.readAttributes(
                        directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()) {
            throw new StartException(directory + " is not a directory; remove it");
        }
        if (!found.owner().equals(Files.getOwner(Path.of("/proc/self")))) {
            throw new StartException(
                    "%s belongs to %s; it must be our own".formatted(directory, found.owner()));
        }
        if (!found.permissions().equals(DataDirectory.OWNER_ONLY)) {
            Files.setPosixFilePermissions(directory, DataDirectory.OWNER_ONLY);
        }
    }

    /// Removes the directory and those in it if they are empty: where a machine runs on, its
    /// sockets stay.
    static void removeIfEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    deleteIfEmpty(child);
                }
            }
        }
        deleteIfEmpty(directory);
    }

    private static void deleteIfEmpty(Path directory) throws IOException {
        try {
            Files.delete(directory);
        } catch (DirectoryNotEmptyException _) {
            // In use.
        }
    }

    private static long userId() throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    }

    private static String hash(Path data) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(data.toString().getBytes(UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
