package io.sunaba.core.crash;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.GuestImages;
import io.sunaba.core.config.GuestImagesTest;
import io.sunaba.core.config.NetworkDefaults;
import io.sunaba.core.factory.NewVmFactory;
import io.sunaba.core.fake.FakeAgentDriver;
import io.sunaba.core.fake.FakeHypervisor;
import io.sunaba.core.fake.FakeNetworks;
import io.sunaba.core.fake.Faults;
import io.sunaba.core.network.HostNetworks;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.sandbox.Environment;
import io.sunaba.core.sandbox.RootfsPacker;
import io.sunaba.core.sandbox.SandboxRegistry;
import io.sunaba.core.storage.ChoiceFile;
import io.sunaba.core.storage.StorageAdmission;
import io.sunaba.core.storage.StorageChoice;
import io.sunaba.core.storage.StoredRecords;
import io.sunaba.core.validation.HostLimits;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.storage.StorageStatus;
import io.sunaba.storage.fs.FileStorage;
import io.sunaba.storage.fs.FileStorages;
import io.sunaba.storage.leveldb.LevelDbStorage;
import io.sunaba.storage.leveldb.LevelDbStorages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// A host with fake machines and the real storages, and one daemon after the other on it.
class World implements AutoCloseable {
    /// The network of the sandbox `web`.
    private static final Interface NETWORK =
            new Interface(
                    "eth0",
                    null,
                    List.of(),
                    null,
                    new Interface.Namespace(Path.of("/run/netns/web"), "veth0"));

    final FakeHypervisor hypervisor;
    final FakeNetworks networks;
    private final FakeAgentDriver driver;
    private final Path directory;
    private final CoreConfig config;
    private FileStorage files;
    private LevelDbStorage database;
    private Daemon daemon;

    /// One run of the core, and what it reaches.
    record Daemon(Reach reach, SandboxRegistry sandboxes, StoredRecords storages) {}

    /// @param storage the name of the storage that holds the records at first
    World(Path directory, String storage) {
        this.directory = directory;
        Faults none = new Faults();
        hypervisor = new FakeHypervisor(none);
        networks = new FakeNetworks(none);
        driver = new FakeAgentDriver(hypervisor, none);
        try {
            GuestImagesTest.write(directory.resolve("guest"));
            Files.createDirectories(directory.resolve("rootfs"));
            Files.writeString(directory.resolve("disk"), "disk");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Duration patience = Duration.ofSeconds(2);
        config =
                new CoreConfig(
                        "fake",
                        "new",
                        storage,
                        "fake",
                        List.of("template", "new"),
                        1,
                        128L << 20,
                        0,
                        0,
                        Duration.ofSeconds(20),
                        patience,
                        Duration.ZERO,
                        patience,
                        NetworkDefaults.NONE,
                        directory.resolve("guest"),
                        directory.resolve("data"));
        files = FileStorages.open(directory.resolve("fs"));
        database = LevelDbStorages.open(directory.resolve("leveldb"));
        daemon = newDaemon();
    }

    private Daemon newDaemon() {
        Reach reach = new Reach();
        Plugins plugins = new Plugins(config::pluginGrace);
        StorageChoice choice =
                new StorageChoice(
                        plugins,
                        reach.of(
                                StorageChoice.Memory.class,
                                new ChoiceFile(directory.resolve("data/storage"))),
                        config.defaultStorage());
        SandboxRecords records = new SandboxRecords(choice);
        StorageAdmission admission = new StorageAdmission(plugins, choice, records);
        plugins.admitBy(admission);
        SandboxRegistry sandboxes =
                new SandboxRegistry(
                        new Environment(
                                () -> config,
                                plugins,
                                records,
                                reach.of(RootfsPacker.class, this::pack),
                                reach.of(HostNetworks.class, networks),
                                new HostLimits(8, 64L << 30),
                                InstantSource.system()),
                        choice);
        NewVmFactory factory = new NewVmFactory(() -> config, plugins);
        Hypervisor machines = reach.of(Hypervisor.class, hypervisor);
        AgentDriver agents = reach.of(AgentDriver.class, driver);
        plugins.add(Kind.AGENT, agents, name("fake"));
        plugins.add(Kind.FACTORY, factory, name("new"));
        plugins.add(Kind.STORAGE, reach.of(MetadataStorage.class, files), name("fs"));
        plugins.add(Kind.STORAGE, reach.of(MetadataStorage.class, database), name("leveldb"));
        plugins.add(Kind.HYPERVISOR, machines, name("fake"));
        return new Daemon(
                reach,
                sandboxes,
                new StoredRecords(plugins, choice, admission, records, sandboxes));
    }

    private static Map<String, ?> name(String name) {
        return Map.of("sunaba.name", name);
    }

    private Path pack(Path rootfs) {
        try {
            return Files.writeString(directory.resolve("image"), "image");
        } catch (IOException e) {
            throw new UnavailableException("cannot write the image", e);
        }
    }

    Path directory() {
        return directory;
    }

    Reach reach() {
        return daemon.reach();
    }

    SandboxRegistry sandboxes() {
        return daemon.sandboxes();
    }

    StoredRecords storages() {
        return daemon.storages();
    }

    /// Kills the daemon and starts the next one.
    void killAndStart() {
        reach().kill();
        daemon = newDaemon();
    }

    /// Kills the daemon and starts the next one, which opens the storages again.
    void killAndStartAnew() {
        reach().kill();
        files.close();
        database.close();
        files = FileStorages.open(directory.resolve("fs"));
        database = LevelDbStorages.open(directory.resolve("leveldb"));
        daemon = newDaemon();
    }

    /// Stops the daemon in good order and starts the next one.
    void stopAndStart() {
        sandboxes().close();
        reach().kill();
        daemon = newDaemon();
    }

    /// Boots a machine past any daemon.
    MachineRecord boot(String id, String owner) throws InterruptedException {
        try (Machine machine =
                hypervisor.create(
                        new MachineSpec(
                                id,
                                new HypervisorConfig(
                                        "fake",
                                        owner,
                                        GuestImages.load(config.guestImage()),
                                        1,
                                        1,
                                        128L << 20,
                                        128L << 20,
                                        false,
                                        config.bootTimeout())))) {
            machine.start();
            return machine.record();
        }
    }

    Sandbox web() throws InterruptedException {
        return sandboxes().fetch("web");
    }

    boolean hasWeb() {
        return sandboxes().find("web").isPresent();
    }

    void create(String id, String... containers) throws InterruptedException {
        ContainerConfig[] configs = new ContainerConfig[containers.length];
        for (int i = 0; i < containers.length; i++) {
            configs[i] = container(containers[i]);
        }
        sandboxes()
                .create(
                        new SandboxConfig(
                                id,
                                null,
                                null,
                                null,
                                null,
                                null,
                                false,
                                List.of(configs),
                                id.equals("web") ? List.of(NETWORK) : List.of(),
                                List.of(),
                                Map.of()));
    }

    ContainerConfig container(String id) {
        return new ContainerConfig(
                id,
                new Rootfs.Packed(directory.resolve("rootfs")),
                new ProcessConfig(List.of("sleep")));
    }

    /// A disk for a container.
    DeviceInfo device(String id, String container) {
        return new DeviceInfo.Block(
                id,
                container,
                "/data",
                directory.resolve("disk"),
                DiskSpec.Format.RAW,
                false,
                DiskSpec.Cache.WRITEBACK,
                null,
                "ext4");
    }

    String storageInUse() {
        return storages().storages().stream()
                .filter(StorageStatus::inUse)
                .map(StorageStatus::name)
                .findFirst()
                .orElseThrow();
    }

    /// Returns the storage in use, past any daemon.
    MetadataStorage storage() {
        return storageInUse().equals("fs") ? files : database;
    }

    /// Ends the machine of the sandbox `web`, if there is one, as if its process were killed.
    void killMachine() {
        hypervisor.hosts.values().stream()
                .filter(host -> requireNonNull(host.spec.config().owner()).equals("sandbox/web"))
                .forEach(FakeHypervisor.Host::kill);
    }

    @Override
    public void close() {
        reach().kill();
        files.close();
        database.close();
    }
}
