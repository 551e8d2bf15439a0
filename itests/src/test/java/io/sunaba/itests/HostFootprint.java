package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What this process holds: heap after a garbage collection, threads, descriptors.
record HostFootprint(long heapBytes, int threads, long descriptors) {
    /// Threads of the JDK that come and go: carriers of virtual threads, timers.
    private static final int COMING_AND_GOING = 4;

    static HostFootprint take() {
        return new HostFootprint(
                heapAfterCollection(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openDescriptors());
    }

    static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long openDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitAsBefore(long mostKept) {
        Installation.await("descriptors are closed", () -> openDescriptors() <= descriptors);
        Installation.await(
                "threads have ended",
                () ->
                        ManagementFactory.getThreadMXBean().getThreadCount()
                                <= threads + COMING_AND_GOING);
        assertThat(heapAfterCollection() - heapBytes).as("bytes kept").isLessThan(mostKept);
    }
}
