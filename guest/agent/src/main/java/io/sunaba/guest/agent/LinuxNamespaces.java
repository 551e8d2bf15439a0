package io.sunaba.guest.agent;

import java.lang.foreign.Arena;

/// System calls on mounts and mount namespaces, of Linux on x86-64. All but [#openTree] are about
/// the calling thread's own view of the file system.
final class LinuxNamespaces {
    private static final int AT_FDCWD = -100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int CLONE_FS = 0x200;
    private static final int CLONE_NEWNS = 0x20000;
    private static final int S_IFBLK = 0x6000;
    private static final int DIRECTORY_MODE = 0755;
    private static final int DEVICE_MODE = 0600;

    private final NativeCalls calls;

    LinuxNamespaces(NativeCalls calls) {
        this.calls = calls;
    }

    /// Returns a descriptor of a copy of the mount at a path, which is nowhere attached.
    int openTree(String path) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return (int)
                    calls.call(
                            arena,
                            "open the mount at " + path,
                            SystemCallNumbers.OPEN_TREE,
                            AT_FDCWD,
                            arena.allocateFrom(path).address(),
                            OPEN_TREE_CLONE | CLOSE_ON_EXEC,
                            0,
                            0);
        }
    }

    /// Attaches the mount of a descriptor.
    void attach(int tree, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            calls.call(
                    arena,
                    "mount on " + target,
                    SystemCallNumbers.MOVE_MOUNT,
                    tree,
                    arena.allocateFrom("").address(),
                    AT_FDCWD,
                    arena.allocateFrom(target).address(),
                    MOVE_MOUNT_F_EMPTY_PATH);
        }
    }

    /// Gives the calling thread a root and a working directory of its own.
    void ownRoot() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            calls.call(arena, "unshare", SystemCallNumbers.UNSHARE, CLONE_FS, 0, 0, 0, 0);
        }
    }

    /// Moves the calling thread into a mount namespace, to its root.
    void enter(int namespace) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            calls.call(
                    arena,
                    "enter a mount namespace",
                    SystemCallNumbers.SETNS,
                    namespace,
                    CLONE_NEWNS,
                    0,
                    0,
                    0);
        }
    }

    void makeDirectory(String path) throws ErrnoException {
        at("make directory " + path, SystemCallNumbers.MKDIRAT, path, DIRECTORY_MODE, 0);
    }

    void removeDirectory(String path) throws ErrnoException {
        at("remove directory " + path, SystemCallNumbers.UNLINKAT, path, AT_REMOVEDIR, 0);
    }

    void makeBlockDevice(String path, int major, int minor) throws ErrnoException {
        long number = (minor & 0xff) | ((long) major << 8) | ((long) (minor & ~0xff) << 12);
        at(
                "make device file " + path,
                SystemCallNumbers.MKNODAT,
                path,
                S_IFBLK | DEVICE_MODE,
                number);
    }

    void removeFile(String path) throws ErrnoException {
        at("remove " + path, SystemCallNumbers.UNLINKAT, path, 0, 0);
    }

    private void at(String what, int number, String path, long c, long d) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            calls.call(arena, what, number, AT_FDCWD, arena.allocateFrom(path).address(), c, d, 0);
        }
    }
}
