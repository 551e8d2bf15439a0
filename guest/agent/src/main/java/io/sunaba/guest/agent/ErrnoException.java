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
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EPIPE = 32;
    static final int ERANGE = 34;
    static final int EOPNOTSUPP = 95;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETDOWN = 100;
    static final int ENETUNREACH = 101;
    static final int ENOBUFS = 105;
    static final int EHOSTUNREACH = 113;

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
                    Map.entry(EEXIST, "exists"),
                    Map.entry(ENODEV, "no such device"),
                    Map.entry(20, "not a directory"),
                    Map.entry(21, "is a directory"),
                    Map.entry(EINVAL, "invalid argument"),
                    Map.entry(28, "no space left"),
                    Map.entry(30, "read-only file system"),
                    Map.entry(EPIPE, "broken pipe"),
                    Map.entry(ERANGE, "out of range"),
                    Map.entry(EOPNOTSUPP, "not supported"),
                    Map.entry(EADDRNOTAVAIL, "address not available"),
                    Map.entry(ENETDOWN, "the network is down"),
                    Map.entry(ENETUNREACH, "the network cannot be reached"),
                    Map.entry(ENOBUFS, "no room for more"),
                    Map.entry(EHOSTUNREACH, "the host cannot be reached"),
                    Map.entry(40, "too many links"));

    private final int errno;

    ErrnoException(String what, int errno) {
        super(what + ": " + TEXTS.getOrDefault(errno, "error " + errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
