package io.sunaba.hypervisor.clh;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.tck.Patience;
import io.sunaba.tck.hypervisor.Console;
import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeoutException;

/// Cloud Hypervisor itself on KVM, in a temporary directory, with the kernel of a guest image and
/// an initial RAM disk of the first-level machine's, which does nothing but say so.
final class KvmFixture implements HypervisorFixture {
    private static final long MEBIBYTE = 1024 * 1024;
    private static final String UP = "small guest is up";

    /// What a program may take where everything is translated.
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Path directory;
    private final Path image;
    private final Properties manifest = new Properties();

    KvmFixture() throws IOException {
        directory = Files.createTempDirectory("clh");
        image = property("sunaba.nested.image");
        try (Reader reader = Files.newBufferedReader(image.resolve("guest.properties"))) {
            manifest.load(reader);
        }
        Files.write(directory.resolve("root"), new byte[64 * 1024]);
    }

    private static Path property(String name) {
        return Path.of(requireNonNull(System.getProperty(name), name));
    }

    @Override
    public Hypervisor open() {
        return new ClhHypervisor(
                new ClhConfig(
                        "cloud-hypervisor",
                        "",
                        Path.of("/dev/kvm"),
                        machineDirectory(),
                        TIMEOUT,
                        TIMEOUT,
                        TIMEOUT));
    }

    @Override
    public void close(Hypervisor hypervisor) {
        ((ClhHypervisor) hypervisor).deactivate();
    }

    @Override
    public HypervisorConfig config() {
        GuestImage guest =
                new GuestImage(
                        image.resolve(manifest.getProperty("kernel.file")),
                        property("sunaba.nested.initrd"),
                        directory.resolve("root"),
                        manifest.getProperty("kernelArguments"),
                        "small");
        return new HypervisorConfig(
                ClhHypervisor.CLH,
                "test",
                guest,
                1,
                2,
                128 * MEBIBYTE,
                256 * MEBIBYTE,
                false,
                TIMEOUT);
    }

    @Override
    public void awaitUp(Machine machine) throws TimeoutException {
        Console.await(machine, UP, Patience.get());
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Path machineDirectory() {
        return directory.resolve("run");
    }

    @Override
    public void close() throws IOException {
        PrivateDirectory.delete(directory);
    }
}
