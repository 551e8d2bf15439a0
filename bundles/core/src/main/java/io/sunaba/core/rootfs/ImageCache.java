package io.sunaba.core.rootfs;

import io.sunaba.error.UnavailableException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The directory of the images.
///
/// An image is named by the SHA-256 of its bytes: `HASH.erofs`. Beside the images stands, for each
/// directory that was packed, `HASH-OF-ITS-PATH.tree` with two lines: the tree's fingerprint and
/// the image's hash.
final class ImageCache {
    private static final String DRAFT = "draft-";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> READ_ONLY =
            PosixFilePermissions.fromString("r--------");

    private final Path directory;

    ImageCache(Path directory) {
        try {
            Files.createDirectories(directory, OWNER_DIRECTORY);
            this.directory = directory.toRealPath();
            try (DirectoryStream<Path> stale =
                    Files.newDirectoryStream(this.directory, DRAFT + "*")) {
                for (Path file : stale) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw failed("open", directory, e);
        }
    }

    boolean isInside(Path tree) {
        return directory.startsWith(tree);
    }

    /// Returns the image of a tree if it was packed with this fingerprint.
    @Nullable Path find(Path tree, TreeFingerprint fingerprint) {
        try {
            String[] lines = Files.readString(note(tree)).split("\n", -1);
            if (lines.length < 2 || !lines[0].equals(fingerprint.value())) {
                return null;
            }
            Path image = image(lines[1]);
            return Files.isRegularFile(image) ? image : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw failed("read", note(tree), e);
        }
    }

    /// Begins an image.
    Draft draft() {
        try {
            return new Draft(Files.createTempFile(directory, DRAFT, "", OWNER_FILE));
        } catch (IOException e) {
            throw failed("write", directory, e);
        }
    }

    private Path note(Path tree) {
        String name = Sha256.of(tree.toString().getBytes(StandardCharsets.UTF_8));
        return directory.resolve(name + ".tree");
    }

    private Path image(String hash) {
        return directory.resolve(hash + ".erofs");
    }

    private static UnavailableException failed(String action, Path path, IOException cause) {
        return new UnavailableException(
                "cannot %s the rootfs images in %s: %s"
                        .formatted(action, Shown.path(path), Shown.reason(cause)),
                cause);
    }

    /// An image that is being made. It goes away unless it is published.
    final class Draft implements AutoCloseable {
        private final Path file;

        private Draft(Path file) {
            this.file = file;
        }

        Path file() {
            return file;
        }

        Path log() {
            return file.resolveSibling(file.getFileName() + ".log");
        }

        /// Makes this the image of a tree, and returns where it is from now on.
        Path publish(Path tree, TreeFingerprint fingerprint) throws InterruptedException {
            try {
                String hash = Sha256.of(file);
                Path image = image(hash);
                if (Files.notExists(image)) {
                    force(file);
                    Files.setPosixFilePermissions(file, READ_ONLY);
                    Files.move(file, image, StandardCopyOption.ATOMIC_MOVE);
                }
                // The log has served: what it was becomes the note.
                Files.writeString(log(), fingerprint.value() + "\n" + hash + "\n");
                Files.move(log(), note(tree), StandardCopyOption.ATOMIC_MOVE);
                return image;
            } catch (IOException e) {
                throw failed("write", directory, e);
            }
        }

        /// A name that a crash could leave on an empty file would be worse than none.
        private static void force(Path file) throws IOException {
            try (FileOutputStream image = new FileOutputStream(file.toFile(), true)) {
                image.getFD().sync();
            }
        }

        @Override
        public void close() {
            try {
                Files.deleteIfExists(file);
                Files.deleteIfExists(log());
            } catch (IOException e) {
                throw failed("write", directory, e);
            }
        }
    }
}
