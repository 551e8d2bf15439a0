package io.sunaba.tck.hypervisor;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A hypervisor with a fault, in a directory that goes away with the fixture.
final class BrokenHypervisorFixture implements HypervisorFixture {
    private static final long MEBIBYTE = 1024 * 1024;

    private final Path directory;
    private final @Nullable HypervisorFault fault;

    BrokenHypervisorFixture(@Nullable HypervisorFault fault) throws IOException {
        this.fault = fault;
        directory = Files.createTempDirectory("hypervisor");
        Files.createDirectory(machineDirectory());
        for (String part : new String[] {"kernel", "initrd", "root"}) {
            Files.writeString(directory.resolve(part), part);
        }
    }

    @Override
    public Hypervisor open() {
        return new BrokenHypervisor(machineDirectory(), fault);
    }

    @Override
    public void close(Hypervisor hypervisor) {
        ((BrokenHypervisor) hypervisor).close();
    }

    @Override
    public HypervisorConfig config() {
        GuestImage guest =
                new GuestImage(
                        directory.resolve("kernel"),
                        directory.resolve("initrd"),
                        directory.resolve("root"),
                        "quiet",
                        "nothing");
        return new HypervisorConfig(
                "broken",
                "test",
                guest,
                1,
                2,
                2 * MEBIBYTE,
                4 * MEBIBYTE,
                false,
                Duration.ofSeconds(1));
    }

    @Override
    public void awaitUp(Machine machine) {}

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Path machineDirectory() {
        return directory.resolve("machines");
    }

    @Override
    public void close() throws IOException {
        new BrokenHypervisor(machineDirectory(), null)
                .machines()
                .forEach(record ->
                        new MachineFolder(machineDirectory().resolve(record.id())).end(false));
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
