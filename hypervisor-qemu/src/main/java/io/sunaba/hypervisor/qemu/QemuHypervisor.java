package io.sunaba.hypervisor.qemu;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// The QEMU plugin.
@Component(
        configurationPid = QemuConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Hypervisor.NAME + "=" + QemuHypervisor.QEMU)
@Designate(ocd = QemuSettings.class)
public final class QemuHypervisor implements Hypervisor {
    static final String QEMU = "qemu";

    private static final Duration ATTACH_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DYING = Duration.ofMillis(200);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

    private final QemuConfig config;
    private final QemuProgram program;

    /// The machines that have handles, or are about to. Whoever puts an entry in completes it.
    private final Map<String, CompletableFuture<QemuVm>> vms = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    @Activate
    public QemuHypervisor(QemuSettings settings, Map<String, Object> properties) {
        this(QemuConfig.of(settings, properties.keySet()));
    }

    QemuHypervisor(QemuConfig config) {
        this.config = config;
        this.program = new QemuProgram(config.binary());
        try {
            PrivateDirectory.ensure(config.runtimeDirectory());
        } catch (IOException e) {
            throw new UnavailableException(
                    "%s: runtime.directory %s cannot be used"
                            .formatted(QemuConfig.PID, config.runtimeDirectory()),
                    e);
        }
    }

    /// Drops all handles; the machines go on.
    @Deactivate
    void deactivate() {
        stopped = true;
        for (CompletableFuture<QemuVm> entry : vms.values()) {
            var _ = entry.thenAccept(QemuVm::closeAll);
        }
    }

    @Override
    public HypervisorCapabilities capabilities() throws InterruptedException {
        return new HypervisorCapabilities(
                "QEMU " + program.require().version(),
                Acceleration.of(config.accel()).name().toLowerCase(Locale.ROOT),
                SpecRules.MAXIMUM_VCPUS,
                SpecRules.MINIMUM_MEMORY,
                Set.of(
                        DiskHotplug.class,
                        UsageMetrics.class,
                        Snapshot.class,
                        SnapshotRestore.class));
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        return launch(spec, null);
    }

    /// @param saved what the machine is to go on from, or null if it is to boot
    Machine launch(MachineSpec spec, @Nullable SavedMachine saved) throws InterruptedException {
        requireActive();
        SpecRules.check(requireNonNull(spec, "spec is null"));
        QemuProgram.Found qemu = program.require();
        Acceleration acceleration = Acceleration.of(config.accel());
        if (saved != null) {
            Manifest manifest = saved.requireManifest();
            Traits.of(spec, qemu.version(), acceleration)
                    .requireSame(manifest.traits(), saved.directory());
            saved.requireWhole(manifest);
        }
        CompletableFuture<QemuVm> entry = new CompletableFuture<>();
        if (vms.putIfAbsent(spec.id(), entry) != null) {
            throw new ConflictException("machine %s exists".formatted(spec.id()));
        }
        return fill(
                spec.id(),
                entry,
                forget -> new Launch(config, spec, acceleration, saved).run(qemu, forget));
    }

    @Override
    public Machine attach(MachineRecord record) throws InterruptedException {
        requireActive();
        Records.Data data = Records.Data.of(requireNonNull(record, "record is null"));
        while (true) {
            CompletableFuture<QemuVm> entry = new CompletableFuture<>();
            CompletableFuture<QemuVm> known = vms.putIfAbsent(record.id(), entry);
            if (known == null) {
                return fill(record.id(), entry, forget -> takeUp(record, data, forget));
            }
            QemuVm vm = await(known);
            if (vm != null && vm.state() == MachineState.GONE) {
                throw gone(record.id());
            }
            Machine handle = vm == null ? null : vm.open();
            if (handle != null) {
                return handle;
            }
        }
    }

    /// Where a [QemuVm] comes from, given what to call when there is nothing left to know of it.
    @FunctionalInterface
    private interface Source {
        QemuVm open(Runnable forget) throws InterruptedException;
    }

    private Machine fill(String id, CompletableFuture<QemuVm> entry, Source source)
            throws InterruptedException {
        try {
            QemuVm vm = source.open(() -> vms.remove(id, entry));
            // Before anybody else sees it, so that nobody releases it.
            Machine handle = requireNonNull(vm.open());
            entry.complete(vm);
            return handle;
        } finally {
            leave(id, entry);
        }
    }

    /// Removes an entry that came to nothing; those who wait for it try for themselves.
    private void leave(String id, CompletableFuture<QemuVm> entry) {
        if (!entry.isDone()) {
            vms.remove(id, entry);
            entry.cancel(false);
        }
    }

    private static @Nullable QemuVm await(CompletableFuture<QemuVm> entry)
            throws InterruptedException {
        try {
            return entry.get();
        } catch (CancellationException _) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private QemuVm takeUp(MachineRecord record, Records.Data data, Runnable forget)
            throws InterruptedException {
        HostProcess process = data.living(record.id()).orElseThrow(() -> gone(record.id()));
        MachineFiles files = new MachineFiles(data.directory());
        String owner = files.read().owner();
        QemuVm vm =
                new QemuVm(
                        files,
                        owner.isEmpty() ? record.owner() : owner,
                        process,
                        null,
                        config.unplugTimeout(),
                        forget);
        try {
            vm.connect(ATTACH_TIMEOUT);
            return vm;
        } catch (UnavailableException e) {
            // Its sockets close a little before it has ended.
            throw process.awaitEnd(DYING) ? gone(record.id()) : e;
        }
    }

    private static NotFoundException gone(String id) {
        return new NotFoundException("machine %s is gone".formatted(id));
    }

    @Override
    public List<MachineRecord> machines() {
        List<MachineRecord> records = new ArrayList<>();
        try (DirectoryStream<Path> directories =
                Files.newDirectoryStream(config.runtimeDirectory())) {
            for (Path directory : directories) {
                MachineFiles files = new MachineFiles(directory);
                if (MachineFiles.isId(files.id())) {
                    records.add(files.read());
                }
            }
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            throw new UnavailableException("cannot list " + config.runtimeDirectory(), e);
        }
        return List.copyOf(records);
    }

    @Override
    public void destroy(String machineId) throws InterruptedException {
        if (!MachineFiles.isId(requireNonNull(machineId, "machineId is null"))) {
            return;
        }
        CompletableFuture<QemuVm> entry = new CompletableFuture<>();
        CompletableFuture<QemuVm> known = vms.putIfAbsent(machineId, entry);
        while (known != null) {
            QemuVm vm = await(known);
            if (vm != null) {
                vm.stop();
                return;
            }
            known = vms.putIfAbsent(machineId, entry);
        }
        try {
            MachineFiles files = MachineFiles.of(config.runtimeDirectory(), machineId);
            Records.living(files).ifPresent(process -> kill(machineId, process));
            files.delete();
        } finally {
            leave(machineId, entry);
        }
    }

    private static void kill(String machineId, HostProcess process) {
        process.kill();
        if (!process.awaitEnd(KILL_TIMEOUT)) {
            throw new UnavailableException(
                    "process %d of machine %s does not die".formatted(process.pid(), machineId));
        }
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        if (kind == SnapshotRestore.class) {
            return kind.cast(new Restoring(this));
        }
        throw new RejectedException(
                "hypervisor %s lacks the ability %s".formatted(QEMU, kind.getSimpleName()));
    }

    private void requireActive() {
        if (stopped) {
            throw new UnavailableException(
                    "this instance of hypervisor %s is stopped".formatted(QEMU));
        }
    }
}
