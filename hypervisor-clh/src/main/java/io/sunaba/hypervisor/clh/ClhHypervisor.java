package io.sunaba.hypervisor.clh;

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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// The Cloud Hypervisor plugin.
@Component(
        configurationPid = ClhConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = {
            Hypervisor.NAME + "=" + ClhHypervisor.CLH,
            Hypervisor.ABILITIES + "=DiskHotplug",
            Hypervisor.ABILITIES + "=InterfaceHotplug",
            Hypervisor.ABILITIES + "=Resize",
            Hypervisor.ABILITIES + "=ShareHotplug",
            Hypervisor.ABILITIES + "=Snapshot",
            Hypervisor.ABILITIES + "=SnapshotRestore",
            Hypervisor.ABILITIES + "=UsageMetrics"
        })
@Designate(ocd = ClhSettings.class)
public final class ClhHypervisor implements Hypervisor {
    static final String CLH = "clh";

    private static final Duration ATTACH_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DYING = Duration.ofMillis(200);

    private final ClhConfig config;
    private final VmmProgram program;
    private final ApiClient client = new ApiClient();
    private final VmTable machines;

    @Activate
    public ClhHypervisor(ClhSettings settings, Map<String, Object> properties) {
        this(ClhConfig.of(settings, properties.keySet()));
    }

    ClhHypervisor(ClhConfig config) {
        this.config = config;
        this.program = ClhProgram.of(config.binary());
        this.machines = new VmTable(CLH, ClhConfig.PID, config.runtimeDirectory());
    }

    /// Drops all handles; the machines go on.
    @Deactivate
    void deactivate() {
        machines.deactivate();
        client.close();
    }

    @Override
    public HypervisorCapabilities capabilities() throws InterruptedException {
        VmmProgram.Found found = program.require();
        Kvm.require(config.kvm());
        return new HypervisorCapabilities(
                ClhProgram.NAME + " " + found.version(),
                "kvm",
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
        VmmProgram.Found found = program.require();
        Kvm.require(config.kvm());
        if (saved != null) {
            if (spec.config().sharedMemory()) {
                throw new RejectedException(
                        "machine %s cannot be restored: its memory is to be shared, and that of a restored machine is private"
                                .formatted(spec.id()));
            }
            Manifest manifest = saved.requireManifest();
            ClhTraits.of(spec, found.version()).requireSame(manifest.traits(), saved.directory());
            saved.requireWhole(manifest);
        }
        return machines.create(
                spec.id(), forget -> new Launch(config, client, spec, saved).run(found, forget));
    }

    @Override
    public Machine attach(MachineRecord record) throws InterruptedException {
        machines.requireActive();
        Records.Data data = Records.Data.of(requireNonNull(record, "record is null"));
        return machines.attach(record.id(), forget -> takeUp(record, data, forget));
    }

    private ClhVm takeUp(MachineRecord record, Records.Data data, Runnable forget)
            throws InterruptedException {
        ClhFiles files = new ClhFiles(data.directory());
        HostProcess process =
                data.living(CommandLine.name(files)).orElseThrow(() -> VmTable.gone(record.id()));
        String owner = files.read().owner();
        ClhVm vm =
                new ClhVm(
                        files,
                        owner.isEmpty() ? record.owner() : owner,
                        process,
                        null,
                        new Api(client, files.apiSocket(), config.requestTimeout()),
                        config,
                        forget);
        try {
            vm.connect(ATTACH_TIMEOUT);
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
                requireNonNull(machineId, "machineId is null"),
                CommandLine.name(ClhFiles.of(config.runtimeDirectory(), machineId)));
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        if (kind == SnapshotRestore.class) {
            return kind.cast(new Restoring(this));
        }
        throw new RejectedException(
                "hypervisor %s lacks the ability %s".formatted(CLH, kind.getSimpleName()));
    }
}
