package io.sunaba.core.rootfs;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Turns directories into read-only erofs images, one for each content.
///
/// An image keeps everything that a container can see of a tree: content, modes, owners,
/// modification times, extended attributes, links, devices. Equal trees share one image. A tree
/// that did not change since it was packed costs a walk over it.
///
/// Methods may be called from any thread. Requests for one directory wait for each other; those for
/// different ones do not. An image is never removed: a machine may use it.
public final class RootfsImages {
    private static final int ATTEMPTS = 4;

    private final ImageCache cache;
    private final ErofsPacker packer;
    private final ConcurrentMap<Path, ReentrantLock> underWay = new ConcurrentHashMap<>();

    /// Opens the images in a directory, which this object is to be alone with. It is made if it is
    /// missing, for the owner's eyes only.
    ///
    /// @throws UnavailableException if it cannot be made or written
    public RootfsImages(Path directory) {
        this(directory, ErofsPacker.PROGRAM);
    }

    RootfsImages(Path directory, String program) {
        cache = new ImageCache(directory);
        packer = new ErofsPacker(program);
    }

    /// Returns the image of a directory as it is now, and packs it if there is none.
    ///
    /// @throws RejectedException if it is missing, no directory, unreadable, or holds what an image
    ///   cannot: another file system, or the images themselves
    /// @throws UnavailableException if mkfs.erofs is missing or fails, or the directory does not
    ///   stop changing; the call may be repeated
    /// @throws InterruptedException if interrupted; mkfs.erofs is ended, and nothing is left
    public Path image(Path directory) throws InterruptedException {
        Path tree = require(directory);
        ReentrantLock lock = lock(tree);
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Path image = attempt(tree);
                if (image != null) {
                    return image;
                }
            }
            throw new UnavailableException(
                    "rootfs %s changes while it is packed: stop what writes to it"
                            .formatted(Shown.path(directory)));
        } finally {
            underWay.remove(tree, lock);
            lock.unlock();
        }
    }

    private Path require(Path directory) {
        requireNonNull(directory, "directory is null");
        Path tree;
        try {
            tree = directory.toRealPath();
        } catch (NoSuchFileException e) {
            throw new RejectedException(
                    "rootfs %s does not exist".formatted(Shown.path(directory)), e);
        } catch (IOException e) {
            throw new RejectedException(
                    "rootfs %s cannot be read: %s"
                            .formatted(Shown.path(directory), Shown.reason(e)),
                    e);
        }
        if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            throw new RejectedException(
                    "rootfs %s is not a directory".formatted(Shown.path(directory)));
        }
        if (cache.isInside(tree)) {
            throw new RejectedException(
                    "rootfs %s holds the images themselves: choose another directory"
                            .formatted(Shown.path(directory)));
        }
        return tree;
    }

    private ReentrantLock lock(Path tree) throws InterruptedException {
        while (true) {
            ReentrantLock lock = underWay.computeIfAbsent(tree, _ -> new ReentrantLock());
            lock.lockInterruptibly();
            if (lock.equals(underWay.get(tree))) {
                return lock;
            }
            // The one before has removed the lock that it held.
            lock.unlock();
        }
    }

    /// Returns null if the tree changed meanwhile.
    private @Nullable Path attempt(Path tree) throws InterruptedException {
        TreeFingerprint before = TreeFingerprint.of(tree);
        Path known = cache.find(tree, before);
        if (known != null) {
            return known;
        }
        if (!before.settled()) {
            Thread.sleep(TreeFingerprint.SETTLING);
            return null;
        }
        try (ImageCache.Draft draft = cache.draft()) {
            packer.pack(tree, before.newestModification(), draft.file(), draft.log());
            return TreeFingerprint.of(tree).isSameAs(before) ? draft.publish(tree, before) : null;
        } catch (ErofsPacker.FailedException e) {
            if (!TreeFingerprint.of(tree).isSameAs(before)) {
                return null;
            }
            TreeWalk.requireReadable(tree);
            throw new UnavailableException(
                    "cannot pack rootfs %s: %s".formatted(Shown.path(tree), e.getMessage()), e);
        }
    }
}
