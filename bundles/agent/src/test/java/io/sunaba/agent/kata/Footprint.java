package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What this process holds: memory, threads, descriptors.
record Footprint(long allocatedBytes, long heapBytes, int threads, long descriptors) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Threads of the JDK that come and go: carriers of virtual threads, their pollers, timers.
    private static final int COMING_AND_GOING = 4;

    static Footprint take() {
        System.gc();
        return new Footprint(
                THREADS.getTotalThreadAllocatedBytes(),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                THREADS.getThreadCount(),
                openDescriptors());
    }

    private static long openDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Asserts that all is as it was, and what it took in between.
    void assertSince(long mostAllocated, long mostKept) {
        assertThat(THREADS.getTotalThreadAllocatedBytes() - allocatedBytes)
                .as("bytes allocated")
                .isLessThan(mostAllocated);
        Wait.until("descriptors are closed", () -> openDescriptors() <= descriptors);
        Wait.until(
                "threads have ended", () -> THREADS.getThreadCount() <= threads + COMING_AND_GOING);
        Wait.until("memory is free", () -> take().heapBytes - heapBytes < mostKept);
    }
}
