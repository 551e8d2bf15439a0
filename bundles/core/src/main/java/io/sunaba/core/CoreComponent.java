package io.sunaba.core;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.CoreSettings;
import io.sunaba.core.plugin.FailedPlugins;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.rootfs.RootfsImages;
import io.sunaba.core.sandbox.Environment;
import io.sunaba.core.sandbox.SandboxRegistry;
import io.sunaba.core.storage.ChoiceFile;
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
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
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
    private final SandboxRegistry registry;
    private final StoredRecords storedRecords;
    private volatile CoreConfig config;

    /// @throws io.sunaba.error.RejectedException if the configuration breaks a rule
    @Activate
    public CoreComponent(CoreSettings settings, @Reference ServiceComponentRuntime components) {
        this(CoreConfig.of(settings), new FailedPlugins(components));
    }

    CoreComponent(CoreConfig config, Plugins.Absence absence) {
        this.config = config;
        this.plugins = new Plugins(() -> this.config.pluginGrace(), absence);
        StorageChoice storage =
                new StorageChoice(
                        plugins,
                        new ChoiceFile(config.dataDirectory().resolve(STORAGE)),
                        config.defaultStorage());
        SandboxRecords records = new SandboxRecords(storage);
        RootfsImages images = new RootfsImages(config.dataDirectory().resolve(IMAGES));
        registry =
                new SandboxRegistry(
                        new Environment(
                                () -> this.config,
                                plugins,
                                records,
                                images::image,
                                HostLimits.ofThisHost(),
                                InstantSource.system()),
                        storage);
        storedRecords = new StoredRecords(plugins, storage, records, registry);
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
    void addHypervisor(Hypervisor hypervisor, Map<String, ?> properties) {
        plugins.add(Kind.HYPERVISOR, hypervisor, properties);
    }

    void removeHypervisor(Hypervisor hypervisor) {
        plugins.remove(Kind.HYPERVISOR, hypervisor);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addMetadataStorage(MetadataStorage storage, Map<String, ?> properties) {
        plugins.add(Kind.STORAGE, storage, properties);
    }

    void removeMetadataStorage(MetadataStorage storage) {
        plugins.remove(Kind.STORAGE, storage);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addVmFactory(VmFactory factory, Map<String, ?> properties) {
        plugins.add(Kind.FACTORY, factory, properties);
    }

    void removeVmFactory(VmFactory factory) {
        plugins.remove(Kind.FACTORY, factory);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addAgentDriver(AgentDriver driver, Map<String, ?> properties) {
        plugins.add(Kind.AGENT, driver, properties);
    }

    void removeAgentDriver(AgentDriver driver) {
        plugins.remove(Kind.AGENT, driver);
    }
}
