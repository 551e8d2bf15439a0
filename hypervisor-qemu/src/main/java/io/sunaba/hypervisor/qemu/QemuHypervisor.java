package io.sunaba.hypervisor.qemu;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.hypervisor.UserModeNetworks;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.device.Virtiofsd;
import io.sunaba.vmm.machine.Records;
import io.sunaba.vmm.machine.SpecRules;
import io.sunaba.vmm.machine.VmTable;
import io.sunaba.vmm.machine.VmmProgram;
import io.sunaba.vmm.snapshot.Manifest;
import io.sunaba.vmm.snapshot.SavedMachine;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
        property = {
            Hypervisor.NAME + "=" + QemuHypervisor.QEMU,
            Hypervisor.ABILITIES + "=DiskHotplug",
            Hypervisor.ABILITIES + "=InterfaceHotplug",
            Hypervisor.ABILITIES + "=Resize",
            Hypervisor.ABILITIES + "=ShareHotplug",
            Hypervisor.ABILITIES + "=Snapshot",
            Hypervisor.ABILITIES + "=SnapshotRestore",
            Hypervisor.ABILITIES + "=UsageMetrics",
            Hypervisor.ABILITIES + "=UserModeNetworks"
        })
@Designate(ocd = QemuSettings.class)
public final class QemuHypervisor implements Hypervisor {
    static final String QEMU = "qemu";

    private static final Duration ATTACH_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DYING = Duration.ofMillis(200);

    private final QemuConfig config;
    private final VmmProgram program;

    private final VmTable machines;

    @Activate
    public QemuHypervisor(QemuSettings settings, Map<String, Object> properties) {
        this(QemuConfig.of(settings, properties.keySet()));
    }

    QemuHypervisor(QemuConfig config) {
        this.config = config;
        this.program = QemuProgram.of(config.binary());
        this.machines = new VmTable(QEMU, QemuConfig.PID, config.runtimeDirectory());
    }

    /// Drops all handles; the machines go on.
    @Deactivate
    void deactivate() {
        machines.deactivate();
    }

    @Override
    public HypervisorCapabilities capabilities() throws InterruptedException {
        return new HypervisorCapabilities(
                "QEMU " + program.require().version(),
                Acceleration.of(config.accel()).name().toLowerCase(Locale.ROOT),
                SpecRules.MAXIMUM_VCPUS,
                SpecRules.MINIMUM_MEMORY,
                abilities());
    }

    private Set<Class<? extends Ability>> abilities() {
        Set<Class<? extends Ability>> abilities =
                new HashSet<>(
                        Set.of(
                                DiskHotplug.class,
                                InterfaceHotplug.class,
                                UserModeNetworks.class,
                                Resize.class,
                                UsageMetrics.class,
                                Snapshot.class,
                                SnapshotRestore.class));
        if (Virtiofsd.obstacle(config.virtiofsd()).isEmpty()) {
            abilities.add(ShareHotplug.class);
        }
        return abilities;
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        return launch(spec, null);
    }

    /// @param saved what the machine is to go on from, or null if it is to boot
    Machine launch(MachineSpec spec, @Nullable SavedMachine saved) throws InterruptedException {
        machines.requireActive();
        SpecRules.check(requireNonNull(spec, "spec is null"));
        VmmProgram.Found qemu = program.require();
        Acceleration acceleration = Acceleration.of(config.accel());
        if (saved != null) {
            if (spec.config().sharedMemory()) {
                throw new RejectedException(
                        "machine %s cannot be restored: its memory is to be shared, and that of a restored machine is private"
                                .formatted(spec.id()));
            }
            Manifest manifest = saved.requireManifest();
            QemuTraits.of(spec, qemu.version(), acceleration)
                    .requireSame(manifest.traits(), saved.directory());
            saved.requireWhole(manifest);
        }
        return machines.create(
                spec.id(),
                forget -> new Launch(config, spec, acceleration, saved).run(qemu, forget));
    }

    @Override
    public Machine attach(MachineRecord record) throws InterruptedException {
        machines.requireActive();
        Records.Data data = Records.Data.of(requireNonNull(record, "record is null"));
        return machines.attach(record.id(), forget -> takeUp(record, data, forget));
    }

    private QemuVm takeUp(MachineRecord record, Records.Data data, Runnable forget)
            throws InterruptedException {
        HostProcess process =
                data.living(CommandLine.name(record.id()))
                        .orElseThrow(() -> VmTable.gone(record.id()));
        QemuFiles files = new QemuFiles(data.directory());
        String owner = files.read().owner();
        QemuVm vm =
                new QemuVm(
                        files,
                        owner.isEmpty() ? record.owner() : owner,
                        process,
                        null,
                        config,
                        forget);
        try {
            vm.takeUp(ATTACH_TIMEOUT);
            return vm;
        } catch (UnavailableException e) {
            // Its sockets close a little before it has ended.
            throw process.awaitEnd(DYING) ? VmTable.gone(record.id()) : e;
        }
    }

    @Override
    public List<MachineRecord> machines() {
        return machines.list();
    }

    @Override
    public void destroy(String machineId) throws InterruptedException {
        machines.destroy(
                requireNonNull(machineId, "machineId is null"), CommandLine.name(machineId));
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        if (kind == SnapshotRestore.class) {
            return kind.cast(new Restoring(this));
        }
        throw new RejectedException(
                "hypervisor %s lacks the ability %s".formatted(QEMU, kind.getSimpleName()));
    }
}
