package io.sunaba.guest.agent;

import java.io.IOException;
import java.util.Map;

/// A system call that failed.
final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ECHILD = 10;
    static final int EAGAIN = 11;
    static final int EBUSY = 16;
    static final int EINVAL = 22;
    static final int EPIPE = 32;

    private static final Map<Integer, String> TEXTS =
            Map.ofEntries(
                    Map.entry(EPERM, "operation not permitted"),
                    Map.entry(ENOENT, "no such file or directory"),
                    Map.entry(ESRCH, "no such process"),
                    Map.entry(EINTR, "interrupted"),
                    Map.entry(EIO, "input/output error"),
                    Map.entry(6, "no such device or address"),
                    Map.entry(9, "bad file descriptor"),
                    Map.entry(ECHILD, "no child processes"),
                    Map.entry(EAGAIN, "try again"),
                    Map.entry(12, "out of memory"),
                    Map.entry(13, "permission denied"),
                    Map.entry(15, "block device required"),
                    Map.entry(EBUSY, "busy"),
                    Map.entry(17, "exists"),
                    Map.entry(19, "no such device"),
                    Map.entry(20, "not a directory"),
                    Map.entry(21, "is a directory"),
                    Map.entry(EINVAL, "invalid argument"),
                    Map.entry(28, "no space left"),
                    Map.entry(30, "read-only file system"),
                    Map.entry(EPIPE, "broken pipe"));

    private final int errno;

    ErrnoException(String what, int errno) {
        super(what + ": " + TEXTS.getOrDefault(errno, "error " + errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
