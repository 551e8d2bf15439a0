package io.sunaba.guest.agent;

import java.util.List;
import java.util.Map;

/// What the agent asks of the kernel beyond the Java library. Every failure is an [ErrnoException];
/// interrupted calls are repeated. File descriptors made here are closed on exec.
interface SystemCalls {
    /// What a transfer on a non-blocking descriptor says when it can do nothing now.
    int WOULD_BLOCK = -1;

    int O_RDONLY = 0;
    int O_WRONLY = 1;
    int O_RDWR = 2;
    int O_NOCTTY = 0x100;
    int O_EXCL = 0x80;
    int O_NONBLOCK = 0x800;
    int O_DIRECTORY = 0x10000;

    /// Only finds the file, whatever it is.
    int O_PATH = 0x200000;

    long MS_RDONLY = 1;
    long MS_NOSUID = 2;
    long MS_NODEV = 4;
    long MS_NOEXEC = 8;
    long MS_REMOUNT = 32;
    long MS_BIND = 4096;
    long MS_REC = 16384;
    long MS_PRIVATE = 1 << 18;
    int MNT_DETACH = 2;
    int UMOUNT_NOFOLLOW = 8;

    int EPOLLIN = 1;
    int EPOLLOUT = 4;
    int EPOLLONESHOT = 1 << 30;

    /// Tells of a descriptor when something happens to it, not as long as it is ready.
    int EPOLLET = 1 << 31;

    int SIGKILL = 9;
    int SIGTERM = 15;

    int AF_UNIX = 1;
    int AF_NETLINK = 16;
    int AF_VSOCK = 40;
    int SOCK_STREAM = 1;
    int SOCK_DGRAM = 2;
    int SOCK_RAW = 3;

    /// Ends of a pipe.
    record Pipe(int readEnd, int writeEnd) {}

    /// A child that ended: its process id and the status word of wait(2).
    record Ended(int pid, int status) {}

    int open(String path, int flags) throws ErrnoException;

    /// Opens a file as somebody sees it for whom the directory is the root, links included.
    int openInRoot(String root, String path, int flags) throws ErrnoException;

    void close(int descriptor);

    int duplicate(int descriptor) throws ErrnoException;

    /// Reads some bytes; 0 at the end, [#WOULD_BLOCK] if there are none yet.
    int read(int descriptor, byte[] target, int length) throws ErrnoException;

    /// Writes some bytes; says how many, or [#WOULD_BLOCK].
    int write(int descriptor, byte[] source, int offset, int length) throws ErrnoException;

    Pipe pipe() throws ErrnoException;

    void setNonBlocking(int descriptor) throws ErrnoException;

    /// ioctl(2) with a block of memory that the kernel reads and writes.
    void control(int descriptor, long request, byte[] argument) throws ErrnoException;

    /// ioctl(2) with a number.
    void control(int descriptor, long request, long argument) throws ErrnoException;

    void mount(String source, String target, String type, long flags, String data)
            throws ErrnoException;

    void unmount(String target, int flags) throws ErrnoException;

    void kill(int pid, int signal) throws ErrnoException;

    /// Starts a program with a clean signal mask and the three descriptors as its standard streams.
    int spawn(
            List<String> command,
            Map<String, String> environment,
            int stdin,
            int stdout,
            int stderr)
            throws ErrnoException;

    /// Waits until any child ends, and reaps it. Fails with ECHILD if there is none.
    Ended waitForAny() throws ErrnoException;

    /// Makes orphans of this process's descendants its own children, as they are for process 1.
    void adoptOrphans() throws ErrnoException;

    int createEpoll() throws ErrnoException;

    /// Has events on the descriptor waited for; one that is known is armed anew.
    void arm(int epoll, int descriptor, int events, boolean known) throws ErrnoException;

    /// Blocks until descriptors are ready, or for so long at most; -1 is for ever.
    int[] awaitReady(int epoll, int timeoutMillis) throws ErrnoException;

    int createInotify() throws ErrnoException;

    int watchModified(int inotify, String path) throws ErrnoException;

    int socket(int family, int type, int protocol) throws ErrnoException;

    /// setsockopt(2) with a number.
    void setOption(int socket, int level, int option, int value) throws ErrnoException;

    void bind(int socket, byte[] address) throws ErrnoException;

    void listen(int socket) throws ErrnoException;

    int accept(int socket) throws ErrnoException;

    /// Takes the one descriptor that comes with the next byte of a unix socket.
    int receiveDescriptor(int socket) throws ErrnoException;

    void setHostname(String name) throws ErrnoException;

    void setTime(long seconds, long microseconds) throws ErrnoException;

    void sync();
}
