package io.sunaba.guest.agent;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The way from Java into the C library and the kernel.
///
/// One method handle serves all: seven machine words in, one out, errno kept. It fits glibc's
/// `syscall` and, with words to spare, the `posix_spawn` family. Making a handle costs more than
/// anything else at start, so there is no second one.
class NativeCalls {
    private final MethodHandle call;
    private final Linker linker;
    private final MemorySegment syscall;

    NativeCalls() {
        linker = Linker.nativeLinker();
        call =
                linker.downcallHandle(
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                                JAVA_LONG, JAVA_LONG),
                        Linker.Option.captureCallState("errno"));
        syscall = function("syscall");
    }

    final MemorySegment function(String name) {
        return linker.defaultLookup().findOrThrow(name);
    }

    final long invoke(
            MemorySegment function,
            MemorySegment errno,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        try {
            return (long) call.invokeExact(function, errno, a, b, c, d, e, f, 0L);
        } catch (Throwable t) {
            throw new IllegalStateException("system call failed in the linker", t);
        }
    }

    /// A system call with up to five arguments; what names it in an error.
    final long call(Arena arena, String what, int number, long a, long b, long c, long d, long e)
            throws ErrnoException {
        MemorySegment errno = arena.allocate(JAVA_INT);
        while (true) {
            long result = invoke(syscall, errno, number, a, b, c, d, e);
            if (result != -1) {
                return result;
            }
            int error = errno.get(JAVA_INT, 0);
            if (error == ErrnoException.EAGAIN) {
                return SystemCalls.WOULD_BLOCK;
            }
            if (error != ErrnoException.EINTR) {
                throw new ErrnoException(what, error);
            }
        }
    }

    final long call(String what, int number, long a, long b, long c) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return call(arena, what, number, a, b, c, 0, 0);
        }
    }
}
