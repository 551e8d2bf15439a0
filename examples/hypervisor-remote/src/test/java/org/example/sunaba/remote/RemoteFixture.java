package org.example.sunaba.remote;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.tck.hypervisor.Console;
import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.tck.hypervisor.TinyKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// A real daemon that serves one fixture after the other, and a guest of a few bytes.
public final class RemoteFixture implements HypervisorFixture {
    private static final long MEBIBYTE = 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static DaemonProcess shared;

    private final Path directory;
    private final DaemonProcess daemon;

    public RemoteFixture() throws IOException {
        this(shared());
    }

    RemoteFixture(DaemonProcess daemon) throws IOException {
        this.daemon = daemon;
        directory = Files.createTempDirectory("remote");
        new TinyKernel().print("tiny guest is up").stay().write(directory.resolve("kernel"));
        Files.write(directory.resolve("initrd"), new byte[512]);
        Files.write(directory.resolve("root"), new byte[64 * 1024]);
    }

    private static synchronized DaemonProcess shared() throws IOException {
        if (shared == null) {
            Path place = Files.createTempDirectory("vmmd");
            shared = new DaemonProcess(place);
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(() -> {
                                shared.close();
                                delete(place);
                            }));
        }
        return shared;
    }

    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Hypervisor open() {
        return new RemoteHypervisor(daemon.directory());
    }

    @Override
    public void close(Hypervisor hypervisor) {
        ((RemoteHypervisor) hypervisor).close();
    }

    @Override
    public HypervisorConfig config() {
        GuestImage guest =
                new GuestImage(
                        directory.resolve("kernel"),
                        directory.resolve("initrd"),
                        directory.resolve("root"),
                        "quiet",
                        "tiny");
        return new HypervisorConfig(
                "remote", "test", guest, 1, 2, 128 * MEBIBYTE, 256 * MEBIBYTE, false, PATIENCE);
    }

    @Override
    public void awaitUp(Machine machine) throws TimeoutException {
        Console.await(machine, "is up", PATIENCE);
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Path machineDirectory() {
        return daemon.directory().resolve("machines");
    }

    @Override
    public void close() {
        Hypervisor hypervisor = open();
        for (MachineRecord left : hypervisor.machines()) {
            ((RemoteHypervisor) hypervisor).destroy(left.id());
        }
        close(hypervisor);
        delete(directory);
    }
}
