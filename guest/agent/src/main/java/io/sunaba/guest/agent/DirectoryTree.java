package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A directory with all below it, which a container may have made: of any depth, and with links to
/// anywhere.
final class DirectoryTree {
    private DirectoryTree() {}

    /// Removes a tree.
    ///
    /// Each directory is moved next to the others before it is looked into. So no path gets longer
    /// than a system call takes, and what is mounted in the tree stays as it is: a mount point
    /// cannot be moved. Links are removed, never followed.
    ///
    /// @throws IOException if something is mounted in it, too; the rest may be gone then
    static void remove(Path tree) throws IOException {
        Path flat = Files.createTempDirectory(tree.toAbsolutePath().getParent(), "removed-");
        move(tree, flat, 0);
        long found = 1;
        for (long next = 0; next < found; next++) {
            Path directory = flat.resolve(Long.toString(next));
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
                for (Path child : children) {
                    if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                        move(child, flat, found++);
                    } else {
                        Files.delete(child);
                    }
                }
            }
            Files.delete(directory);
        }
        Files.delete(flat);
    }

    private static void move(Path directory, Path flat, long number) throws IOException {
        Files.move(directory, flat.resolve(Long.toString(number)), StandardCopyOption.ATOMIC_MOVE);
    }
}
