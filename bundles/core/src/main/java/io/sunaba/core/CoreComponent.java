package io.sunaba.core;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.CoreSettings;
import io.sunaba.core.network.LinuxNetworks;
import io.sunaba.core.plugin.Arrivals;
import io.sunaba.core.plugin.FailedPlugins;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.rootfs.RootfsImages;
import io.sunaba.core.sandbox.Environment;
import io.sunaba.core.sandbox.SandboxRegistry;
import io.sunaba.core.storage.ChoiceFile;
import io.sunaba.core.storage.StorageAdmission;
import io.sunaba.core.storage.StorageChoice;
import io.sunaba.core.storage.StoredRecords;
import io.sunaba.core.validation.HostLimits;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.storage.StorageStatus;
import io.sunaba.storage.Storages;
import io.sunaba.trust.BundleTrust;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/// The services [Sandboxes] and [Storages]: brings configuration, plugins and sandboxes together.
@Component(
        name = CoreConfig.PID,
        service = {Sandboxes.class, Storages.class},
        immediate = true,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class CoreComponent implements Sandboxes, Storages {
    private static final String IMAGES = "images";
    private static final String STORAGE = "storage";

    private final Plugins plugins;
    private final Arrivals arrivals;
    private final SandboxRegistry registry;
    private final StoredRecords storedRecords;
    private volatile CoreConfig config;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable BundleTrust trust;

    /// @throws io.sunaba.error.RejectedException if the configuration breaks a rule
    @Activate
    public CoreComponent(
            CoreSettings settings,
            BundleContext context,
            @Reference ServiceComponentRuntime components) {
        config = CoreConfig.of(settings);
        plugins =
                new Plugins(
                        () -> config.pluginGrace(),
                        () -> config.pluginTimeout(),
                        new Reasons(new FailedPlugins(components)));
        arrivals = new Arrivals(context, plugins, () -> config.pluginTimeout());
        StorageChoice storage =
                new StorageChoice(
                        plugins,
                        new ChoiceFile(config.dataDirectory().resolve(STORAGE)),
                        config.defaultStorage());
        SandboxRecords records = new SandboxRecords(storage);
        StorageAdmission admission = new StorageAdmission(plugins, storage, records);
        plugins.admitBy(admission);
        RootfsImages images = new RootfsImages(config.dataDirectory().resolve(IMAGES));
        registry =
                new SandboxRegistry(
                        new Environment(
                                () -> config,
                                plugins,
                                records,
                                images::image,
                                new LinuxNetworks(() -> config.network().nameServers()),
                                HostLimits.ofThisHost(),
                                InstantSource.system()),
                        storage);
        storedRecords = new StoredRecords(plugins, storage, admission, records, registry);
    }

    /// The plugins that are there come before the services do.
    @Activate
    void activate() {
        arrivals.await();
    }

    /// Takes up an edited configuration; one that breaks a rule is refused, and the one before
    /// stays in force. Storage and data directory are those of the start until the next one.
    @Modified
    void modified(CoreSettings settings) {
        config = CoreConfig.of(settings);
    }

    @Deactivate
    void deactivate() {
        registry.close();
    }

    @Override
    public Sandbox create(SandboxConfig wanted) throws InterruptedException {
        return registry.create(wanted);
    }

    @Override
    public HypervisorConfig machine(SandboxConfig wanted) throws InterruptedException {
        return registry.machine(wanted);
    }

    @Override
    public Sandbox fetch(String sandboxId) throws InterruptedException {
        return registry.fetch(sandboxId);
    }

    @Override
    public Optional<Sandbox> find(String sandboxId) {
        return registry.find(sandboxId);
    }

    @Override
    public List<SandboxStatus> list() {
        return registry.list();
    }

    @Override
    public SandboxMonitor monitor() {
        return registry.monitor();
    }

    @Override
    public List<StorageStatus> storages() {
        return storedRecords.storages();
    }

    @Override
    public void use(String name) throws InterruptedException {
        storedRecords.use(name);
    }

    @Override
    public List<String> keys() throws InterruptedException {
        return storedRecords.keys();
    }

    @Override
    public byte[] load(String key) throws InterruptedException {
        return storedRecords.load(key);
    }

    @Override
    public int exportTo(Path file) throws InterruptedException {
        return storedRecords.exportTo(file);
    }

    @Override
    public List<String> importFrom(Path file) throws InterruptedException {
        return storedRecords.importFrom(file);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHypervisor(ServiceReference<Hypervisor> reference) {
        arrivals.come(Kind.HYPERVISOR, reference);
    }

    void removeHypervisor(ServiceReference<Hypervisor> reference) {
        arrivals.go(Kind.HYPERVISOR, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addMetadataStorage(ServiceReference<MetadataStorage> reference) {
        arrivals.come(Kind.STORAGE, reference);
    }

    void removeMetadataStorage(ServiceReference<MetadataStorage> reference) {
        arrivals.go(Kind.STORAGE, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addVmFactory(ServiceReference<VmFactory> reference) {
        arrivals.come(Kind.FACTORY, reference);
    }

    void removeVmFactory(ServiceReference<VmFactory> reference) {
        arrivals.go(Kind.FACTORY, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addAgentDriver(ServiceReference<AgentDriver> reference) {
        arrivals.come(Kind.AGENT, reference);
    }

    void removeAgentDriver(ServiceReference<AgentDriver> reference) {
        arrivals.go(Kind.AGENT, reference);
    }

    /// Why a plugin is not there.
    private final class Reasons implements Plugins.Absence {
        private final FailedPlugins failed;

        Reasons(FailedPlugins failed) {
            this.failed = failed;
        }

        @Override
        public Optional<String> reason(Kind<?> kind, String name) {
            return arrivals.reason(kind, name).or(() -> failed.reason(kind, name));
        }

        @Override
        public List<String> suspects() {
            BundleTrust known = trust;
            return known == null ? List.of() : known.refusals();
        }
    }
}
