package io.sunaba.core.validation;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this host has.
public record HostLimits(int vcpus, long memoryBytes) {
    private static final Path MEMORY = Path.of("/proc/meminfo");

    public static HostLimits ofThisHost() {
        try {
            String total =
                    Files.readAllLines(MEMORY).stream()
                            .filter(line -> line.startsWith("MemTotal:"))
                            .findFirst()
                            .orElseThrow(() -> new IOException("no MemTotal"));
            long kilobytes = Long.parseLong(total.replaceAll("\\D", ""));
            return new HostLimits(Runtime.getRuntime().availableProcessors(), kilobytes << 10);
        } catch (IOException e) {
            throw new UnavailableException(MEMORY + " cannot be read", e);
        }
    }
}
