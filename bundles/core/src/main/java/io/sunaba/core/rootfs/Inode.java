package io.sunaba.core.rootfs;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/// What the system knows about a file, besides its content.
///
/// @param others its owners, size, links, numbers of inode and devices
record Inode(int mode, Object device, Instant modified, Instant changed, String others) {
    private static final int TYPE_MASK = 0170000;
    private static final int REGULAR_FILE = 0100000;
    private static final int DIRECTORY = 0040000;

    /// Reads a file's own, also if it is a link.
    static Inode of(Path path) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(
                        path,
                        "unix:mode,uid,gid,size,nlink,ino,dev,rdev,lastModifiedTime,ctime",
                        LinkOption.NOFOLLOW_LINKS);
        StringBuilder others = new StringBuilder();
        for (String name : new String[] {"uid", "gid", "size", "nlink", "ino", "rdev"}) {
            others.append(attributes.get(name)).append(' ');
        }
        return new Inode(
                (int) value(attributes, "mode"),
                value(attributes, "dev"),
                ((FileTime) value(attributes, "lastModifiedTime")).toInstant(),
                ((FileTime) value(attributes, "ctime")).toInstant(),
                others.toString());
    }

    private static Object value(Map<String, Object> attributes, String name) {
        return requireNonNull(attributes.get(name), name);
    }

    boolean isDirectory() {
        return (mode & TYPE_MASK) == DIRECTORY;
    }

    boolean isRegularFile() {
        return (mode & TYPE_MASK) == REGULAR_FILE;
    }

    /// Returns all of it in one line.
    String line() {
        return others + mode + ' ' + device + ' ' + exact(modified) + ' ' + exact(changed);
    }

    private static String exact(Instant time) {
        return time.getEpochSecond() + "." + time.getNano();
    }
}
