package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.GuestImagesTest;
import io.sunaba.core.config.NetworkDefaults;
import io.sunaba.core.factory.NewVmFactory;
import io.sunaba.core.fake.FakeAgentDriver;
import io.sunaba.core.fake.FakeHypervisor;
import io.sunaba.core.fake.FakeNetworks;
import io.sunaba.core.fake.FakeStorage;
import io.sunaba.core.fake.Faults;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.storage.ChoiceFile;
import io.sunaba.core.storage.StorageAdmission;
import io.sunaba.core.storage.StorageChoice;
import io.sunaba.core.storage.StoredRecords;
import io.sunaba.core.validation.HostLimits;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The core on fake plugins. What the fakes hold outlives a restart of the platform.
final class Platform implements AutoCloseable {
    static final Map<String, ?> NAMED_FAKE = Map.of("sunaba.name", "fake");

    final Faults faults = new Faults();
    final FakeStorage storage = new FakeStorage();
    final FakeHypervisor hypervisor = new FakeHypervisor(faults);
    final FakeNetworks networks = new FakeNetworks(faults);
    final FakeAgentDriver driver = new FakeAgentDriver(hypervisor, faults);
    final Path directory;
    private final Duration patience;
    CoreConfig config;
    Plugins plugins;
    NewVmFactory factory;
    SandboxRegistry sandboxes;
    private @Nullable StoredRecords storages;

    Platform(Path directory) {
        this(directory, Duration.ofMillis(300));
    }

    Platform(Path directory, Duration patience) {
        this.directory = directory;
        try {
            GuestImagesTest.write(directory.resolve("guest"));
            Files.createDirectories(directory.resolve("rootfs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.patience = patience;
        config = config(NetworkDefaults.NONE);
        plugins = newPlugins();
        factory = newFactory();
        sandboxes = newRegistry();
        addAll();
        add(hypervisor);
    }

    /// Returns the configuration with a network for sandboxes that ask for none.
    CoreConfig config(NetworkDefaults network) {
        return new CoreConfig(
                "fake",
                "new",
                "fake",
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
                network,
                directory.resolve("guest"),
                directory.resolve("data"));
    }

    StoredRecords storages() {
        return requireNonNull(storages);
    }

    private Plugins newPlugins() {
        return new Plugins(() -> config.pluginGrace());
    }

    private NewVmFactory newFactory() {
        return new NewVmFactory(() -> config, plugins);
    }

    private SandboxRegistry newRegistry() {
        StorageChoice choice =
                new StorageChoice(
                        plugins, new ChoiceFile(directory.resolve("data/storage")), "fake");
        SandboxRecords records = new SandboxRecords(choice);
        StorageAdmission admission = new StorageAdmission(plugins, choice, records);
        plugins.admitBy(admission);
        SandboxRegistry registry =
                new SandboxRegistry(
                        new Environment(
                                () -> config,
                                plugins,
                                records,
                                this::pack,
                                networks,
                                new HostLimits(8, 4L << 30),
                                InstantSource.system()),
                        choice);
        storages = new StoredRecords(plugins, choice, admission, records, registry);
        return registry;
    }

    private Path pack(Path rootfs) throws InterruptedException {
        faults.pass("packer.image");
        try {
            return Files.writeString(directory.resolve("image"), "image");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void addAll() {
        plugins.add(Kind.STORAGE, storage, NAMED_FAKE);
        add(driver);
        plugins.add(Kind.FACTORY, factory, Map.of("sunaba.name", "new"));
    }

    void add(Hypervisor added) {
        plugins.add(Kind.HYPERVISOR, added, NAMED_FAKE);
    }

    void remove(Hypervisor removed) {
        plugins.remove(Kind.HYPERVISOR, removed);
    }

    void add(AgentDriver added) {
        plugins.add(Kind.AGENT, added, NAMED_FAKE);
    }

    void remove(AgentDriver removed) {
        plugins.remove(Kind.AGENT, removed);
    }

    /// Stops the platform as its bundle's stop does.
    void stop() {
        sandboxes.close();
    }

    /// Starts a new core on what is there; the one before is stopped, or forgotten as by a crash.
    void start() {
        startWithoutHypervisor();
        add(hypervisor);
    }

    void startWithoutHypervisor() {
        startWithoutPlugins();
        addAll();
    }

    void startWithoutPlugins() {
        plugins = newPlugins();
        factory = newFactory();
        sandboxes = newRegistry();
    }

    ContainerConfig container(String id, String... command) {
        return new ContainerConfig(
                id,
                new Rootfs.Packed(directory.resolve("rootfs")),
                new ProcessConfig(List.of(command)));
    }

    Sandbox create(String id, ContainerConfig... containers) throws InterruptedException {
        return sandboxes.create(new SandboxConfig(id, containers));
    }

    void assertNothingLeft() {
        assertThat(hypervisor.hosts).isEmpty();
        assertThat(networks.made).isEmpty();
        assertThat(storage.records.keySet()).isSubsetOf("sandboxes", "sandboxes.copy");
        if (storage.records.containsKey("sandboxes")) {
            assertThat(storage.records.get("sandboxes")).asString().contains("\"ids\":[]");
        }
        await("no handle is left", () -> hypervisor.openHandles.get() == 0);
        await("no connection is left", () -> driver.openConnections.get() == 0);
    }

    static void await(String what, Callable<Boolean> condition) {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try {
            while (!condition.call()) {
                assertThat(System.nanoTime()).as("waiting: %s", what).isLessThan(until);
                LockSupport.parkNanos(2_000_000);
            }
        } catch (Exception e) {
            throw new AssertionError("waiting: " + what, e);
        }
    }

    /// Runs something on a thread of its own.
    static <T> Running<T> run(Callable<T> body) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread =
                Thread.startVirtualThread(() -> {
                    try {
                        result.complete(body.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return new Running<>(thread, result);
    }

    record Running<T>(Thread thread, CompletableFuture<T> result) {}

    @Override
    public void close() {
        stop();
    }
}
