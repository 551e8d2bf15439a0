package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The processors and the memory that the machine has, and those of them that are in use.
final class Resources {
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final int LOOK_AGAIN_MILLIS = 5;

    /// Writes to a file of the system.
    interface Writer {
        void write(Path file, String value) throws IOException;
    }

    private final Path processors;
    private final Path memory;
    private final Writer writer;

    /// @param system the directory of the system's devices in sysfs
    Resources(Path system) {
        this(
                system,
                (file, value) ->
                        Files.writeString(
                                file,
                                value,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING));
    }

    Resources(Path system, Writer writer) {
        this.processors = system.resolve("cpu");
        this.memory = system.resolve("memory");
        this.writer = writer;
    }

    /// Waits until there are as many processors as wanted, and uses that many: no fewer, and no
    /// more. The first one is always in use. Uses all memory, if that is wanted too.
    ///
    /// @param wanted how many processors to use in all; 0 for all that there are
    synchronized void use(int wanted, boolean alsoMemory) throws IOException, InterruptedException {
        int used = 0;
        for (Path processor : await(wanted)) {
            used++;
            set(processor.resolve("online"), wanted == 0 || used <= wanted ? "1" : "0");
        }
        if (alsoMemory) {
            for (Path block : matching(memory, "memory[0-9]*")) {
                useMemory(block.resolve("state"));
            }
        }
    }

    /// A block that goes back to the host meanwhile is none that could be used, and one that the
    /// kernel brought into use by itself meanwhile needs nothing.
    private void useMemory(Path state) throws IOException, InterruptedException {
        if (isOffline(state)) {
            try {
                write(state, "online");
            } catch (IOException e) {
                if (!hasGone(e) && isOffline(state)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isOffline(Path state) throws IOException {
        try {
            return Files.readString(state).strip().equals("offline");
        } catch (IOException e) {
            if (hasGone(e)) {
                return false;
            }
            throw e;
        }
    }

    /// A file of a device that went away is gone, or for a moment one that is there and has no
    /// device.
    private static boolean hasGone(IOException failure) {
        return failure instanceof NoSuchFileException
                || String.valueOf(failure.getMessage()).contains("No such device");
    }

    /// Processors that were plugged just now take the kernel a moment to find.
    private List<Path> await(int wanted) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            List<Path> found = matching(processors, "cpu[0-9]*");
            found.removeIf(processor -> !ready(processor));
            if (found.size() >= wanted) {
                found.sort(Comparator.comparingInt(Resources::number));
                return found;
            }
            if (System.nanoTime() > deadline) {
                throw Failures.wrongState(
                        "there are %d processors, not %d".formatted(found.size(), wanted));
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    /// One that came has its files a moment later; the first has no such file.
    private static boolean ready(Path processor) {
        return number(processor) == 0 || Files.exists(processor.resolve("online"));
    }

    private static int number(Path processor) {
        return Integer.parseInt(processor.getFileName().toString().substring("cpu".length()));
    }

    private void set(Path file, String value) throws IOException, InterruptedException {
        if (Files.exists(file) && !says(file, value)) {
            write(file, value);
        }
    }

    /// Writes when the kernel is ready for it: while it looks at a device that was just plugged, it
    /// brings no processor in or out of use (source: Linux 6.1, `pci_call_probe` and `cpu_up`).
    private void write(Path file, String value) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                writer.write(file, value);
                return;
            } catch (IOException e) {
                if (!isBusy(e) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private static boolean isBusy(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Device or resource busy");
    }

    private static boolean says(Path file, String text) throws IOException {
        return Files.exists(file) && Files.readString(file).strip().equals(text);
    }

    private static List<Path> matching(Path directory, String glob) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
                entries.forEach(found::add);
            }
        }
        return found;
    }

    /// Bytes in which memory can be plugged; 0 if it cannot.
    long memoryBlockBytes() throws IOException {
        Path file = memory.resolve("block_size_bytes");
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip(), 16) : 0;
    }

    boolean memoryNeedsProbe() {
        return Files.exists(memory.resolve("probe"));
    }
}
