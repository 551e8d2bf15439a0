package io.sunaba.core.rootfs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

/// What a tree looks like from outside. Nothing in a tree can change without changing an inode's
/// time of change, which nobody can set.
///
/// @param value a hash over the attributes of everything in the tree
/// @param newestModification the latest time of modification in the tree
/// @param settled whether the tree has been left alone long enough for every later change to show:
///   a change within one tick of the file system's clock after another does not
record TreeFingerprint(String value, Instant newestModification, boolean settled) {
    /// Longer than a tick of the kernel's clock.
    static final Duration SETTLING = Duration.ofMillis(25);

    static TreeFingerprint of(Path tree) throws InterruptedException {
        Instant settledUntil = Instant.now().minus(SETTLING);
        Scan scan = new Scan();
        TreeWalk.of(tree, scan);
        return new TreeFingerprint(
                HexFormat.of().formatHex(scan.hash.digest()),
                scan.newestModification,
                scan.newestChange.isBefore(settledUntil)
                        || scan.newestChange.isAfter(Instant.now()));
    }

    boolean isSameAs(TreeFingerprint other) {
        return value.equals(other.value);
    }

    private static final class Scan implements TreeWalk.Visitor {
        private final MessageDigest hash = Sha256.create();
        private Instant newestModification = Instant.EPOCH;
        private Instant newestChange = Instant.EPOCH;

        @Override
        public void visit(Path path, Inode inode) {
            newestModification = latest(newestModification, inode.modified());
            newestChange = latest(newestChange, inode.changed());
            // NUL ends a path: no path can hold one.
            String line = path + "\0" + inode.line() + "\n";
            hash.update(line.getBytes(StandardCharsets.UTF_8));
        }

        private static Instant latest(Instant one, Instant other) {
            return other.isAfter(one) ? other : one;
        }
    }
}
