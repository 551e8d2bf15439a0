package io.sunaba.guest.agent;

import static io.sunaba.guest.agent.SystemCallNumbers.ACCEPT4;
import static io.sunaba.guest.agent.SystemCallNumbers.BIND;
import static io.sunaba.guest.agent.SystemCallNumbers.CLOSE;
import static io.sunaba.guest.agent.SystemCallNumbers.EPOLL_CREATE1;
import static io.sunaba.guest.agent.SystemCallNumbers.EPOLL_CTL;
import static io.sunaba.guest.agent.SystemCallNumbers.EPOLL_WAIT;
import static io.sunaba.guest.agent.SystemCallNumbers.FCNTL;
import static io.sunaba.guest.agent.SystemCallNumbers.INOTIFY_ADD_WATCH;
import static io.sunaba.guest.agent.SystemCallNumbers.INOTIFY_INIT1;
import static io.sunaba.guest.agent.SystemCallNumbers.IOCTL;
import static io.sunaba.guest.agent.SystemCallNumbers.KILL;
import static io.sunaba.guest.agent.SystemCallNumbers.LISTEN;
import static io.sunaba.guest.agent.SystemCallNumbers.MOUNT;
import static io.sunaba.guest.agent.SystemCallNumbers.OPENAT;
import static io.sunaba.guest.agent.SystemCallNumbers.OPENAT2;
import static io.sunaba.guest.agent.SystemCallNumbers.PIPE2;
import static io.sunaba.guest.agent.SystemCallNumbers.PRCTL;
import static io.sunaba.guest.agent.SystemCallNumbers.READ;
import static io.sunaba.guest.agent.SystemCallNumbers.RECVMSG;
import static io.sunaba.guest.agent.SystemCallNumbers.SETHOSTNAME;
import static io.sunaba.guest.agent.SystemCallNumbers.SETSOCKOPT;
import static io.sunaba.guest.agent.SystemCallNumbers.SETTIMEOFDAY;
import static io.sunaba.guest.agent.SystemCallNumbers.SOCKET;
import static io.sunaba.guest.agent.SystemCallNumbers.SYNC;
import static io.sunaba.guest.agent.SystemCallNumbers.UMOUNT2;
import static io.sunaba.guest.agent.SystemCallNumbers.WAIT4;
import static io.sunaba.guest.agent.SystemCallNumbers.WRITE;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/// System calls of Linux on x86-64.
final class LinuxSystemCalls extends NativeCalls implements SystemCalls {
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int AT_FDCWD = -100;
    private static final int RESOLVE_NO_MAGICLINKS = 2;
    private static final int RESOLVE_IN_ROOT = 16;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_SETFL = 4;
    private static final int IN_MODIFY = 2;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int SPAWN_SETSIGMASK = 8;

    /// Larger than the attributes and file actions of posix_spawn, and than a signal set.
    private static final int SPAWN_BLOCK = 512;

    private static final int READY_AT_ONCE = 16;
    private static final int EPOLL_EVENT = 12;

    @Override
    public int open(String path, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            return (int)
                    call(
                            arena,
                            "open " + path,
                            OPENAT,
                            AT_FDCWD,
                            name,
                            flags | CLOSE_ON_EXEC,
                            0,
                            0);
        }
    }

    @Override
    public int openInRoot(String root, String path, int flags) throws ErrnoException {
        int directory = open(root, O_PATH | O_DIRECTORY);
        try (Arena arena = Arena.ofConfined()) {
            // struct open_how: flags, mode, how to resolve.
            MemorySegment how =
                    arena.allocateFrom(
                            JAVA_LONG,
                            flags | CLOSE_ON_EXEC,
                            0,
                            RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            long name = arena.allocateFrom(path).address();
            String what = "open " + path + " in " + root;
            int opened =
                    (int)
                            call(
                                    arena,
                                    what,
                                    OPENAT2,
                                    directory,
                                    name,
                                    how.address(),
                                    how.byteSize(),
                                    0);
            if (opened == WOULD_BLOCK) {
                // Somebody moves directories while the kernel looks.
                throw new ErrnoException(what, ErrnoException.EAGAIN);
            }
            return opened;
        } finally {
            close(directory);
        }
    }

    @Override
    public void close(int descriptor) {
        try {
            call("close", CLOSE, descriptor, 0, 0);
        } catch (ErrnoException e) {
            Log.warn("closing descriptor " + descriptor, e);
        }
    }

    @Override
    public int duplicate(int descriptor) throws ErrnoException {
        return (int) call("dup", FCNTL, descriptor, F_DUPFD_CLOEXEC, 3);
    }

    @Override
    public int read(int descriptor, byte[] target, int length) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            int count = (int) call(arena, "read", READ, descriptor, buffer.address(), length, 0, 0);
            if (count > 0) {
                MemorySegment.copy(buffer, JAVA_BYTE, 0, target, 0, count);
            }
            return count;
        }
    }

    @Override
    public int write(int descriptor, byte[] source, int offset, int length) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            MemorySegment.copy(source, offset, buffer, JAVA_BYTE, 0, length);
            return (int) call(arena, "write", WRITE, descriptor, buffer.address(), length, 0, 0);
        }
    }

    @Override
    public Pipe pipe() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            call(arena, "pipe", PIPE2, ends.address(), CLOSE_ON_EXEC, 0, 0, 0);
            return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
        }
    }

    @Override
    public void setNonBlocking(int descriptor) throws ErrnoException {
        call("fcntl", FCNTL, descriptor, F_SETFL, O_NONBLOCK);
    }

    @Override
    public void control(int descriptor, long request, byte[] argument) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocateFrom(JAVA_BYTE, argument);
            call(
                    arena,
                    "ioctl 0x" + Long.toHexString(request),
                    IOCTL,
                    descriptor,
                    request,
                    block.address(),
                    0,
                    0);
            MemorySegment.copy(block, JAVA_BYTE, 0, argument, 0, argument.length);
        }
    }

    @Override
    public void control(int descriptor, long request, long argument) throws ErrnoException {
        call("ioctl 0x" + Long.toHexString(request), IOCTL, descriptor, request, argument);
    }

    @Override
    public void mount(String source, String target, String type, long flags, String data)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            call(
                    arena,
                    "mount " + source + " on " + target + " as " + type + " (" + data + ")",
                    MOUNT,
                    arena.allocateFrom(source).address(),
                    arena.allocateFrom(target).address(),
                    arena.allocateFrom(type).address(),
                    flags,
                    data.isEmpty() ? 0 : arena.allocateFrom(data).address());
        }
    }

    @Override
    public void unmount(String target, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(target).address();
            call(arena, "unmount " + target, UMOUNT2, name, flags, 0, 0, 0);
        }
    }

    @Override
    public void kill(int pid, int signal) throws ErrnoException {
        call("kill " + pid, KILL, pid, signal, 0);
    }

    @Override
    public int spawn(
            List<String> command,
            Map<String, String> environment,
            int stdin,
            int stdout,
            int stderr)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(JAVA_INT);
            long actions = arena.allocate(SPAWN_BLOCK).address();
            long attributes = arena.allocate(SPAWN_BLOCK).address();
            long noSignals = arena.allocate(SPAWN_BLOCK).address();
            MemorySegment pid = arena.allocate(JAVA_INT);
            spawnCall(errno, "posix_spawn_file_actions_init", actions, 0, 0);
            int[] streams = {stdin, stdout, stderr};
            for (int i = 0; i < streams.length; i++) {
                spawnCall(errno, "posix_spawn_file_actions_adddup2", actions, streams[i], i);
            }
            spawnCall(errno, "posix_spawnattr_init", attributes, 0, 0);
            spawnCall(errno, "posix_spawnattr_setsigmask", attributes, noSignals, 0);
            spawnCall(errno, "posix_spawnattr_setflags", attributes, SPAWN_SETSIGMASK, 0);
            List<String> variables =
                    environment.entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .toList();
            int error =
                    (int)
                            invoke(
                                    function("posix_spawn"),
                                    errno,
                                    pid.address(),
                                    arena.allocateFrom(command.getFirst()).address(),
                                    actions,
                                    attributes,
                                    strings(arena, command),
                                    strings(arena, variables));
            spawnCall(errno, "posix_spawn_file_actions_destroy", actions, 0, 0);
            if (error != 0) {
                throw new ErrnoException("start " + command.getFirst(), error);
            }
            return pid.get(JAVA_INT, 0);
        }
    }

    private void spawnCall(MemorySegment errno, String name, long block, long b, long c)
            throws ErrnoException {
        int error = (int) invoke(function(name), errno, block, b, c, 0, 0, 0);
        if (error != 0) {
            throw new ErrnoException(name, error);
        }
    }

    private static long strings(Arena arena, List<String> values) {
        MemorySegment array = arena.allocate(ADDRESS, values.size() + 1L);
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
        }
        return array.address();
    }

    @Override
    public Ended waitForAny() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            int pid = (int) call(arena, "wait", WAIT4, -1, status.address(), 0, 0, 0);
            return new Ended(pid, status.get(JAVA_INT, 0));
        }
    }

    @Override
    public void adoptOrphans() throws ErrnoException {
        call("prctl", PRCTL, PR_SET_CHILD_SUBREAPER, 1, 0);
    }

    @Override
    public int createEpoll() throws ErrnoException {
        return (int) call("epoll_create", EPOLL_CREATE1, CLOSE_ON_EXEC, 0, 0);
    }

    @Override
    public void arm(int epoll, int descriptor, int events, boolean known) throws ErrnoException {
        int operation = known ? 3 : 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EPOLL_EVENT, Long.BYTES);
            event.set(JAVA_INT, 0, events);
            event.set(JAVA_INT, 4, descriptor);
            call(arena, "epoll_ctl", EPOLL_CTL, epoll, operation, descriptor, event.address(), 0);
        }
    }

    @Override
    public int[] awaitReady(int epoll, int timeoutMillis) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate(EPOLL_EVENT * READY_AT_ONCE, Long.BYTES);
            int count =
                    (int)
                            call(
                                    arena,
                                    "epoll_wait",
                                    EPOLL_WAIT,
                                    epoll,
                                    events.address(),
                                    READY_AT_ONCE,
                                    timeoutMillis,
                                    0);
            int[] ready = new int[count];
            for (int i = 0; i < count; i++) {
                ready[i] = events.get(JAVA_INT, i * (long) EPOLL_EVENT + 4);
            }
            return ready;
        }
    }

    @Override
    public int createInotify() throws ErrnoException {
        return (int) call("inotify_init", INOTIFY_INIT1, CLOSE_ON_EXEC | O_NONBLOCK, 0, 0);
    }

    @Override
    public int watchModified(int inotify, String path) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            return (int)
                    call(arena, "watch " + path, INOTIFY_ADD_WATCH, inotify, name, IN_MODIFY, 0, 0);
        }
    }

    @Override
    public int socket(int family, int type, int protocol) throws ErrnoException {
        return (int) call("socket", SOCKET, family, type | CLOSE_ON_EXEC, protocol);
    }

    @Override
    public void setOption(int socket, int level, int option, int value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocateFrom(JAVA_INT, value);
            long size = block.byteSize();
            call(arena, "setsockopt", SETSOCKOPT, socket, level, option, block.address(), size);
        }
    }

    @Override
    public void bind(int socket, byte[] address) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocateFrom(JAVA_BYTE, address);
            call(arena, "bind", BIND, socket, block.address(), address.length, 0, 0);
        }
    }

    @Override
    public void listen(int socket) throws ErrnoException {
        call("listen", LISTEN, socket, 16, 0);
    }

    @Override
    public int accept(int socket) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(arena, "accept", ACCEPT4, socket, 0, 0, CLOSE_ON_EXEC, 0);
        }
    }

    @Override
    public int receiveDescriptor(int socket) throws ErrnoException {
        int closeOnExec = 0x40000000;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(1024);
            MemorySegment vector = arena.allocate(JAVA_LONG, 2);
            vector.setAtIndex(JAVA_LONG, 0, data.address());
            vector.setAtIndex(JAVA_LONG, 1, data.byteSize());
            MemorySegment ancillary = arena.allocate(64, Long.BYTES);
            // struct msghdr: name, its length, vector, its length, control, its length, flags.
            MemorySegment message = arena.allocate(JAVA_LONG, 7);
            message.setAtIndex(JAVA_LONG, 2, vector.address());
            message.setAtIndex(JAVA_LONG, 3, 1);
            message.setAtIndex(JAVA_LONG, 4, ancillary.address());
            message.setAtIndex(JAVA_LONG, 5, ancillary.byteSize());
            call(arena, "recvmsg", RECVMSG, socket, message.address(), closeOnExec, 0, 0);
            // struct cmsghdr: length, level (SOL_SOCKET), type (SCM_RIGHTS), then the descriptor.
            if (ancillary.get(JAVA_LONG, 0) < 20 || ancillary.get(JAVA_INT, 12) != 1) {
                throw new ErrnoException(
                        "no descriptor came through the socket", ErrnoException.EIO);
            }
            return ancillary.get(JAVA_INT, 16);
        }
    }

    @Override
    public void setHostname(String name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            long length = text.byteSize() - 1;
            call(arena, "set hostname", SETHOSTNAME, text.address(), length, 0, 0, 0);
        }
    }

    @Override
    public void setTime(long seconds, long microseconds) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocateFrom(JAVA_LONG, seconds, microseconds);
            call(arena, "settimeofday", SETTIMEOFDAY, time.address(), 0, 0, 0, 0);
        }
    }

    @Override
    public void sync() {
        try {
            call("sync", SYNC, 0, 0, 0);
        } catch (ErrnoException e) {
            Log.warn("sync", e);
        }
    }
}
