package io.sunaba.vmm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where a sparse file holds data; all else in it is zero and takes no space (source: lseek(2),
/// SEEK_DATA and SEEK_HOLE). A file system that does not know tells one range, the whole file.
public final class DataRanges {
    private static final int READ_ONLY = 0;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int NO_MORE = 6;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERROR =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ValueLayout.ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SEEK =
            function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("close"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Path file;
    private final MemorySegment state;

    private DataRanges(Path file, MemorySegment state) {
        this.file = file;
        this.state = state;
    }

    /// A part of a file.
    ///
    /// @param start its first byte
    /// @param end the byte after its last
    public record Range(long start, long end) {}

    /// Lists a file's data, in ascending order.
    public static List<Range> of(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            DataRanges ranges = new DataRanges(file, arena.allocate(STATE));
            int descriptor = ranges.open(arena.allocateFrom(file.toString()));
            try {
                return ranges.list(descriptor);
            } finally {
                close(descriptor);
            }
        }
    }

    private List<Range> list(int descriptor) throws IOException {
        List<Range> ranges = new ArrayList<>();
        long start = seek(descriptor, 0, SEEK_DATA);
        while (start >= 0) {
            long end = seek(descriptor, start, SEEK_HOLE);
            ranges.add(new Range(start, end));
            start = seek(descriptor, end, SEEK_DATA);
        }
        return List.copyOf(ranges);
    }

    private int open(MemorySegment path) throws IOException {
        int descriptor;
        try {
            descriptor = (int) OPEN.invokeExact(state, path, READ_ONLY | CLOSE_ON_EXEC);
        } catch (Throwable e) {
            throw new IllegalStateException("open failed", e);
        }
        if (descriptor < 0) {
            throw failure("open");
        }
        return descriptor;
    }

    /// Returns the next offset of a kind, or -1 if there is none.
    private long seek(int descriptor, long offset, int whence) throws IOException {
        long found;
        try {
            found = (long) SEEK.invokeExact(state, descriptor, offset, whence);
        } catch (Throwable e) {
            throw new IllegalStateException("lseek failed", e);
        }
        if (found < 0 && error() != NO_MORE) {
            throw failure("look for data in");
        }
        return found;
    }

    private int error() {
        return (int) ERROR.get(state, 0L);
    }

    private IOException failure(String operation) {
        return new IOException("cannot %s %s: error %d".formatted(operation, file, error()));
    }

    private static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close failed", e);
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
