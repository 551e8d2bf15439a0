package ${package};

#if ($kind == "storage")
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// A storage to begin with: a file a record. Keep what the contract suite says, and write your own.
@Component(
        service = MetadataStorage.class,
        configurationPid = "${artifactId}",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = MetadataStorage.NAME + "=${name}")
@Designate(ocd = Settings.class)
public final class Plugin implements MetadataStorage {
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel owner;
    private boolean closed;

    @Activate
    public Plugin(Settings settings) {
        this(settings.directory());
    }

    Plugin(String directory) {
        this.directory = Path.of(directory);
        if (!OPEN.add(this.directory)) {
            throw new UnavailableException(directory + " is in use");
        }
        try {
            Files.createDirectories(this.directory);
            owner = own(this.directory.resolve(".owner"));
        } catch (IOException e) {
            OPEN.remove(this.directory);
            throw new UnavailableException("cannot open " + directory + ": " + e.getMessage(), e);
        }
    }

    private static FileChannel own(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new IOException("another process uses it");
        }
        return channel;
    }

    @Deactivate
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            owner.close();
            OPEN.remove(directory);
        }
    }

    @Override
    public synchronized void save(String key, byte[] value) {
        requireOpen();
        Path fresh = directory.resolve(".new");
        // Not a channel: an interrupt would close it.
        try (FileOutputStream output = new FileOutputStream(fresh.toFile())) {
            output.write(value);
            output.getFD().sync();
            Files.move(fresh, file(key), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UnavailableException("cannot save record " + key + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized byte[] load(String key) {
        requireOpen();
        try (FileInputStream input = new FileInputStream(file(key).toFile())) {
            return input.readAllBytes();
        } catch (FileNotFoundException e) {
            throw new NotFoundException("there is no record " + key, e);
        } catch (IOException e) {
            throw new UnavailableException("cannot load record " + key + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void delete(String key) {
        requireOpen();
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot delete record " + key + ": " + e.getMessage(), e);
        }
    }

    /// No key has a plus sign in it, and no part of a key begins with a dot.
    private Path file(String key) {
        return directory.resolve(key.replace('/', '+'));
    }

    private void requireOpen() {
        if (closed) {
            throw new UnavailableException(directory + " is closed");
        }
    }
}
#elseif ($kind == "factory")
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/// A factory to begin with: has another one make machines, a few at a time. Keep what the contract
/// suite says, and write your own.
@Component(
        service = VmFactory.class,
        configurationPid = "${artifactId}",
        property = VmFactory.NAME + "=${name}")
@Designate(ocd = Settings.class)
public final class Plugin implements VmFactory {
    private final VmFactory base;
    private final Semaphore turns;

    @Activate
    public Plugin(@Reference(name = "base") VmFactory base, Settings settings) {
        this(base, settings.size());
    }

    Plugin(VmFactory base, String size) {
        this.base = base;
        turns = new Semaphore(number(size), true);
    }

    private static int number(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new RejectedException("${artifactId}: size is not a number: " + text, e);
        }
    }

    @Override
    public Vm newVm(HypervisorConfig config) throws InterruptedException {
        if (!turns.tryAcquire(config.bootTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new UnavailableException("too many machines are being made");
        }
        try {
            return base.newVm(config);
        } finally {
            turns.release();
        }
    }
}
#else
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// A hypervisor to begin with: it has no machines yet, and the checks of the contract suite that
/// fail are what is to be done.
@Component(
        service = Hypervisor.class,
        configurationPid = "${artifactId}",
        property = Hypervisor.NAME + "=${name}")
@Designate(ocd = Settings.class)
public final class Plugin implements Hypervisor {
    private static final long MEBIBYTE = 1024 * 1024;

    private final Path directory;

    @Activate
    public Plugin(Settings settings) {
        this(Path.of(settings.directory()));
    }

    Plugin(Path directory) {
        this.directory = directory;
    }

    /// Drops handles, and ends no machine.
    @Deactivate
    public void close() {}

    @Override
    public HypervisorCapabilities capabilities() {
        return new HypervisorCapabilities("${name} 1.0", "none", 1, 128 * MEBIBYTE, Set.of());
    }

    @Override
    public Machine create(MachineSpec spec) {
        throw new UnavailableException("${name} makes no machines in " + directory + " yet");
    }

    @Override
    public Machine attach(MachineRecord record) {
        throw new NotFoundException("machine " + record.id() + " is gone");
    }

    @Override
    public List<MachineRecord> machines() {
        return List.of();
    }

    @Override
    public void destroy(String machineId) {}

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        throw new RejectedException("${name} has no " + kind.getSimpleName());
    }
}
#end
