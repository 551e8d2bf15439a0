package io.sunaba.hypervisor.qemu;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.tck.hypervisor.Console;
import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.tck.hypervisor.TinyKernel;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// Real QEMU with a tiny guest, in a temporary directory.
final class QemuFixture implements HypervisorFixture {
    static final long MEBIBYTE = 1024 * 1024;

    /// Where the point is that KVM is used, nothing else will do.
    private static final QemuConfig.Accel ACCELERATION =
            Boolean.getBoolean("sunaba.kvm") ? QemuConfig.Accel.KVM : QemuConfig.Accel.AUTO;

    private static final String UP = "tiny guest is up";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;

    QemuFixture() throws IOException {
        this(Files.createTempDirectory("qemu"));
    }

    /// Takes over an existing directory.
    QemuFixture(Path directory) throws IOException {
        this.directory = directory;
        new TinyKernel().print(UP).stay().write(directory.resolve("kernel"));
        Files.write(directory.resolve("initrd"), new byte[512]);
        Files.write(directory.resolve("root"), new byte[64 * 1024]);
    }

    QemuConfig settings() {
        return settings("qemu-system-x86_64");
    }

    QemuConfig settings(String binary) {
        return new QemuConfig(
                binary,
                "",
                ACCELERATION,
                machineDirectory(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20));
    }

    /// Returns the settings with another program to serve shared directories.
    QemuConfig virtiofsd(String program) {
        QemuConfig usual = settings();
        return new QemuConfig(
                usual.binary(),
                program,
                usual.accel(),
                usual.runtimeDirectory(),
                usual.startTimeout(),
                usual.unplugTimeout());
    }

    @Override
    public Hypervisor open() {
        return new QemuHypervisor(settings());
    }

    @Override
    public void close(Hypervisor hypervisor) {
        ((QemuHypervisor) hypervisor).deactivate();
    }

    @Override
    public HypervisorConfig config() {
        return config(directory.resolve("kernel"));
    }

    /// Returns the config of a machine with another kernel.
    HypervisorConfig config(TinyKernel kernel) throws IOException {
        Path file = directory.resolve("kernel-2");
        kernel.write(file);
        return config(file);
    }

    private HypervisorConfig config(Path kernel) {
        GuestImage guest =
                new GuestImage(
                        kernel,
                        directory.resolve("initrd"),
                        directory.resolve("root"),
                        "quiet",
                        "tiny");
        return new HypervisorConfig(
                "qemu",
                "test",
                guest,
                1,
                2,
                128 * MEBIBYTE,
                256 * MEBIBYTE,
                false,
                Duration.ofSeconds(30));
    }

    @Override
    public void awaitUp(Machine machine) throws TimeoutException {
        awaitConsole(machine, UP);
    }

    static void awaitConsole(Machine machine, String text) throws TimeoutException {
        Console.await(machine, text, PATIENCE);
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
