package io.sunaba.core.rootfs;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Visits a tree in a fixed order, the root first, without following a link. What vanishes
/// meanwhile is left out.
final class TreeWalk {
    private final Path root;
    private final Visitor visitor;
    private final Object device;

    private TreeWalk(Path root, Visitor visitor) throws IOException {
        this.root = root;
        this.visitor = visitor;
        this.device = Inode.of(root).device();
    }

    interface Visitor {
        void visit(Path path, Inode inode);
    }

    /// @throws RejectedException if a directory is unreadable or another file system's
    static void of(Path root, Visitor visitor) throws InterruptedException {
        try {
            new TreeWalk(root, visitor).visit(root);
        } catch (IOException e) {
            throw new UnavailableException(
                    "rootfs %s cannot be read: %s".formatted(Shown.path(root), Shown.reason(e)), e);
        }
    }

    /// Names a file that cannot be read, if there is one.
    static void requireReadable(Path root) throws InterruptedException {
        of(
                root,
                (path, inode) -> {
                    if (inode.isRegularFile() && !Files.isReadable(path)) {
                        throw unreadable(root, path, null);
                    }
                });
    }

    private void visit(Path path) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted at " + path);
        }
        try {
            Inode inode = Inode.of(path);
            visitor.visit(path, inode);
            if (inode.isDirectory()) {
                requireSameFileSystem(path, inode);
                for (Path child : children(path)) {
                    visit(child);
                }
            }
        } catch (NoSuchFileException e) {
            if (path.equals(root)) {
                throw e;
            }
        } catch (AccessDeniedException e) {
            throw unreadable(root, path, e);
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(children::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(children);
        return children;
    }

    /// Only of directories: on an overlay each file has the device of its layer.
    private void requireSameFileSystem(Path path, Inode inode) {
        if (!device.equals(inode.device())) {
            throw new RejectedException(
                    "rootfs %s cannot be packed: another file system is mounted at %s"
                            .formatted(Shown.path(root), Shown.path(path)));
        }
    }

    private static RejectedException unreadable(Path root, Path path, @Nullable IOException cause) {
        return new RejectedException(
                "rootfs %s cannot be packed: no permission to read %s"
                        .formatted(Shown.path(root), Shown.path(path)),
                cause);
    }
}
