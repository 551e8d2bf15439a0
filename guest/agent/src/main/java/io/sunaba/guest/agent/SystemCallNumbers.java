package io.sunaba.guest.agent;

/// The numbers of system calls on x86-64.
///
/// Source: arch/x86/entry/syscalls/syscall_64.tbl of Linux.
final class SystemCallNumbers {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int CLOSE = 3;
    static final int IOCTL = 16;
    static final int SOCKET = 41;
    static final int RECVMSG = 47;
    static final int BIND = 49;
    static final int LISTEN = 50;
    static final int SETSOCKOPT = 54;
    static final int WAIT4 = 61;
    static final int KILL = 62;
    static final int FCNTL = 72;
    static final int PRCTL = 157;
    static final int SYNC = 162;
    static final int SETTIMEOFDAY = 164;
    static final int MOUNT = 165;
    static final int UMOUNT2 = 166;
    static final int SETHOSTNAME = 170;
    static final int EPOLL_WAIT = 232;
    static final int EPOLL_CTL = 233;
    static final int INOTIFY_ADD_WATCH = 254;
    static final int OPENAT = 257;
    static final int MKDIRAT = 258;
    static final int MKNODAT = 259;
    static final int UNLINKAT = 263;
    static final int UNSHARE = 272;
    static final int ACCEPT4 = 288;
    static final int EPOLL_CREATE1 = 291;
    static final int PIPE2 = 293;
    static final int INOTIFY_INIT1 = 294;
    static final int SETNS = 308;
    static final int OPEN_TREE = 428;
    static final int MOVE_MOUNT = 429;
    static final int OPENAT2 = 437;

    private SystemCallNumbers() {}
}
