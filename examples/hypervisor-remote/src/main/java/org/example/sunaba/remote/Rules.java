package org.example.sunaba.remote;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// What is refused before the daemon is asked.
final class Rules {
    static final long LEAST_MEMORY = 128L << 20;
    static final int MOST_VCPUS = 32;

    private static final long MOST_MEMORY = 1L << 40;
    private static final Pattern MACHINE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern DISK = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private Rules() {}

    static boolean isId(String id) {
        return MACHINE.matcher(id).matches();
    }

    static void check(MachineSpec spec) {
        HypervisorConfig config = spec.config();
        require(isId(spec.id()), "machine id '%s' must be 32 digits of 0-9 a-f", spec.id());
        require(
                config.vcpus() >= 1
                        && config.vcpus() <= config.maximumVcpus()
                        && config.maximumVcpus() <= MOST_VCPUS,
                "vcpus are %s but must be 1 to 32",
                config.vcpus() + " to " + config.maximumVcpus());
        require(
                config.memoryBytes() >= LEAST_MEMORY
                        && config.memoryBytes() <= config.maximumMemoryBytes()
                        && config.maximumMemoryBytes() <= MOST_MEMORY,
                "memory is %s bytes but must be 128 MiB to 1 TiB",
                config.memoryBytes() + " to " + config.maximumMemoryBytes());
        require(!config.sharedMemory(), "vmmd shares no memory, for %s", spec.id());
        GuestImage guest = config.guest();
        for (Path file : List.of(guest.kernel(), guest.initrd(), guest.rootDisk())) {
            if (!Files.isReadable(file)) {
                throw new UnavailableException("the guest image lacks " + file);
            }
        }
    }

    static void check(DiskSpec disk) {
        require(DISK.matcher(disk.id()).matches(), "'%s' is no id of a disk", disk.id());
        if (!Files.exists(disk.file())) {
            throw new NotFoundException("there is no file " + disk.file());
        }
        require(!Files.isDirectory(disk.file()), "%s is a directory, no disk", disk.file());
        require(
                disk.format() == DiskSpec.Format.RAW,
                "only raw disks are plugged: %s",
                disk.format());
    }

    private static void require(boolean kept, String rule, Object value) {
        if (!kept) {
            throw new RejectedException(rule.formatted(value));
        }
    }
}
