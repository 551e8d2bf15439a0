package io.sunaba.vmm.machine;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a machine must be before a process is started for it.
public final class SpecRules {
    public static final long MEBIBYTE = 1024 * 1024;
    public static final long MINIMUM_MEMORY = 128 * MEBIBYTE;

    /// More would need an interrupt remapper.
    public static final int MAXIMUM_VCPUS = 255;

    private SpecRules() {}

    /// Checks a spec.
    ///
    /// @throws RejectedException if a rule is broken; the message names value and rule
    /// @throws UnavailableException if a file of the guest image is missing
    public static void check(MachineSpec spec) {
        if (!MachineFiles.isId(spec.id())) {
            throw new RejectedException(
                    "machine id '%s' must be 32 digits of 0-9 a-f".formatted(spec.id()));
        }
        HypervisorConfig config = spec.config();
        range("vcpus", config.vcpus(), 1, MAXIMUM_VCPUS);
        range("maximumVcpus", config.maximumVcpus(), config.vcpus(), MAXIMUM_VCPUS);
        long hostMemory = hostMemory();
        memory("memory", config.memoryBytes(), MINIMUM_MEMORY, hostMemory);
        memory("maximum memory", config.maximumMemoryBytes(), config.memoryBytes(), hostMemory);
        GuestImage guest = config.guest();
        file("kernel", guest.kernel());
        file("initial RAM disk", guest.initrd());
        file("root disk", guest.rootDisk());
    }

    private static void range(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new RejectedException(
                    "%s is %d but must be %d to %d".formatted(what, value, least, most));
        }
    }

    private static void memory(String what, long bytes, long least, long most) {
        if (bytes < least) {
            throw new RejectedException(
                    "%s is %s but must be at least %s".formatted(what, size(bytes), size(least)));
        }
        if (bytes > most) {
            throw new RejectedException(
                    "%s is %s but the host has only %s".formatted(what, size(bytes), size(most)));
        }
        if (bytes % MEBIBYTE != 0) {
            throw new RejectedException(
                    "%s is %s but must be whole MiB".formatted(what, size(bytes)));
        }
    }

    private static String size(long bytes) {
        return bytes % MEBIBYTE == 0 ? bytes / MEBIBYTE + " MiB" : bytes + " bytes";
    }

    private static void file(String what, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new UnavailableException(
                    "%s of the guest image is missing: %s".formatted(what, file));
        }
    }

    /// Returns the host's memory in whole MiB.
    private static long hostMemory() {
        try {
            long kibibytes =
                    Files.readString(Path.of("/proc/meminfo"))
                            .lines()
                            .filter(line -> line.startsWith("MemTotal:"))
                            .map(line -> line.replaceAll("\\D", ""))
                            .mapToLong(Long::parseLong)
                            .findFirst()
                            .orElseThrow();
            return kibibytes / 1024 * MEBIBYTE;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/meminfo", e);
        }
    }
}
