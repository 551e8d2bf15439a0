package io.sunaba.vmm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/// System calls for which Java has nothing. Each blocks the thread that makes it, and fails with
/// the error that the kernel gave.
final class SystemCalls {
    static final int READ_ONLY = 0;
    static final int READ_WRITE = 2;

    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final short READABLE = 1;
    private static final long ONE = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERROR =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle MKFIFO =
            function("mkfifo", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle IOCTL =
            function(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS =
            function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle IF_NAMETOINDEX =
            function("if_nametoindex", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT =
            function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SENDMSG =
            function("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle POLL =
            function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private SystemCalls() {}

    /// A call, given where the kernel's error is to be kept.
    @FunctionalInterface
    private interface Call {
        long make(MemorySegment state) throws Throwable;
    }

    /// Opens a file, for this process alone.
    static int open(String path, int mode) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            int flags = mode | CLOSE_ON_EXEC;
            return (int) make("open", state -> (int) OPEN.invokeExact(state, name, flags));
        }
    }

    static void makePipe(String path, int mode) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            make("mkfifo", state -> (int) MKFIFO.invokeExact(state, name, mode));
        }
    }

    /// Closes a descriptor; whatever happens it is closed.
    static void close(int descriptor) {
        try {
            make("close", state -> (int) CLOSE.invokeExact(state, descriptor));
        } catch (SystemCallException _) {
            // nothing left to close
        }
    }

    static void ioctl(int descriptor, long request, MemorySegment argument)
            throws SystemCallException {
        make("ioctl", state -> (int) IOCTL.invokeExact(state, descriptor, request, argument));
    }

    /// Moves the calling thread into a namespace.
    static void enterNamespace(int descriptor, int kind) throws SystemCallException {
        make("setns", state -> (int) SETNS.invokeExact(state, descriptor, kind));
    }

    /// Tells whether the network namespace of the calling thread has an interface.
    static boolean hasInterface(String name) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return make("if_nametoindex", state -> (int) IF_NAMETOINDEX.invokeExact(state, text))
                    != 0;
        }
    }

    static int socket(int family, int type) throws SystemCallException {
        int kind = type | CLOSE_ON_EXEC;
        return (int) make("socket", state -> (int) SOCKET.invokeExact(state, family, kind, 0));
    }

    static void connect(int descriptor, MemorySegment address) throws SystemCallException {
        int size = (int) address.byteSize();
        make("connect", state -> (int) CONNECT.invokeExact(state, descriptor, address, size));
    }

    /// Sends a message and returns how many of its bytes went.
    static long send(int descriptor, MemorySegment message, int flags) throws SystemCallException {
        return make(
                "sendmsg", state -> (long) SENDMSG.invokeExact(state, descriptor, message, flags));
    }

    /// Reads what there is, and returns how many bytes; 0 at the end.
    static long read(int descriptor, MemorySegment buffer) throws SystemCallException {
        long size = buffer.byteSize();
        return make("read", state -> (long) READ.invokeExact(state, descriptor, buffer, size));
    }

    /// Waits until there is something to read, or nothing will come any more.
    ///
    /// @return whether it came in time
    static boolean awaitReadable(int descriptor, Duration timeout) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(8, 4);
            request.set(JAVA_INT, 0, descriptor);
            request.set(JAVA_SHORT, 4, READABLE);
            int milliseconds = (int) Math.max(0, Math.min(timeout.toMillis(), Integer.MAX_VALUE));
            return make("poll", state -> (int) POLL.invokeExact(state, request, ONE, milliseconds))
                    > 0;
        }
    }

    /// Makes a call, and again if a signal to this process cut it short.
    private static long make(String name, Call call) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            while (true) {
                long result = call.make(state);
                if (result >= 0) {
                    return result;
                }
                int error = (int) ERROR.get(state, 0L);
                if (error != SystemCallException.INTERRUPTED || name.equals("close")) {
                    throw new SystemCallException(name, error);
                }
            }
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name + " failed", e);
        }
    }

    private static MethodHandle function(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, all);
    }
}
