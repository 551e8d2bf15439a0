package ${package};

#if ($kind == "storage")
import io.sunaba.error.SunabaException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.ChildJvm;
import io.sunaba.tck.storage.StorageFixture;
import io.sunaba.tck.storage.StorageWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A storage in a directory that goes away with the fixture.
public final class PluginFixture implements StorageFixture {
    private final Path directory;

    public PluginFixture() throws IOException {
        directory = Files.createTempDirectory("storage");
    }

    @Override
    public MetadataStorage open() {
        return new Plugin(directory.toString());
    }

    @Override
    public void close(MetadataStorage storage) throws IOException {
        ((Plugin) storage).close();
    }

    @Override
    public Process startWriter() throws IOException {
        return ChildJvm.start(Writer.class, directory.toString());
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    /// Another process that writes, or is refused.
    public static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws InterruptedException {
            MetadataStorage storage;
            try {
                storage = new Plugin(arguments[0]);
            } catch (SunabaException refused) {
                return;
            }
            StorageWriter.run(storage, System.out);
        }
    }
}
#elseif ($kind == "factory")
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.fake.MemoryFixture;
import io.sunaba.hypervisor.HypervisorConfig;

/// The factory, over one that makes machines in memory.
public final class PluginFixture extends MemoryFixture {
    @Override
    public VmFactory open() {
        return new Plugin(this::boot, "2");
    }

    private Vm boot(HypervisorConfig config) throws InterruptedException {
        fakes.hypervisor(config.hypervisor());
        return fakes.newVm(config);
    }

    @Override
    public void openMisconfigured(String value) {
        new Plugin(this::boot, value);
    }

    @Override
    public void ready(VmFactory factory) {}

    @Override
    public void close(VmFactory factory) {}
}
#else
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.tck.hypervisor.TinyKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// The hypervisor in a directory that goes away with the fixture, and a guest of a few bytes.
public final class PluginFixture implements HypervisorFixture {
    private static final long MEBIBYTE = 1024 * 1024;

    private final Path directory;

    public PluginFixture() throws IOException {
        directory = Files.createTempDirectory("hypervisor");
        Files.createDirectory(machineDirectory());
        new TinyKernel().print("up").stay().write(directory.resolve("kernel"));
        Files.write(directory.resolve("initrd"), new byte[512]);
        Files.write(directory.resolve("root"), new byte[512]);
    }

    @Override
    public Hypervisor open() {
        return new Plugin(machineDirectory());
    }

    @Override
    public void close(Hypervisor hypervisor) {
        ((Plugin) hypervisor).close();
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
                "${name}",
                "test",
                guest,
                1,
                1,
                128 * MEBIBYTE,
                128 * MEBIBYTE,
                false,
                Duration.ofSeconds(30));
    }

    @Override
    public void awaitUp(Machine machine) {
        while (!machine.consoleTail(1).contains("up")) {
            LockSupport.parkNanos(1_000_000);
        }
    }

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
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
#end
