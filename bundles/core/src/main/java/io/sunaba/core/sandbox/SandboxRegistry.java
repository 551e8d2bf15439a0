package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.core.plugin.Calls;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.storage.StorageChoice;
import io.sunaba.core.workflow.Action;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All sandboxes of this platform, and what happens to them when plugins come and go.
public final class SandboxRegistry implements Sandboxes, Plugins.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxRegistry.class);

    /// How long calls that are under way may hold up a plugin that goes.
    private static final Duration LET_END = Duration.ofSeconds(4);

    private final Environment environment;
    private final Map<String, LiveSandbox> sandboxes = new ConcurrentHashMap<>();
    private final Followers followers;
    private final Recovery recovery;
    private volatile boolean closed;

    /// @param storage chooses the storage plugin that holds the records
    public SandboxRegistry(Environment environment, StorageChoice storage) {
        this.environment = requireNonNull(environment, "environment is null");
        this.followers = new Followers("", environment.clock());
        this.recovery = new Recovery(environment, this, storage);
        environment.plugins().listen(this);
        recovery.begin();
    }

    // ---- Sandboxes -----------------------------------------------------------------------------

    @Override
    public Sandbox create(SandboxConfig config) throws InterruptedException {
        requireNonNull(config, "config is null");
        ready();
        LiveSandbox sandbox = new SandboxCreation(environment, this, config).run();
        sandbox.listen();
        return open(sandbox);
    }

    @Override
    public HypervisorConfig machine(SandboxConfig config) throws InterruptedException {
        requireNonNull(config, "config is null");
        requireOpen();
        return new SandboxCreation(environment, this, config).machine();
    }

    @Override
    public Sandbox fetch(String sandboxId) throws InterruptedException {
        requireOpen();
        recovery.await(sandboxId);
        LiveSandbox sandbox =
                live(sandboxId)
                        .orElseThrow(() ->
                                new NotFoundException("there is no sandbox '" + sandboxId + "'"));
        sandbox.connect(environment.config().get().pluginGrace());
        return open(sandbox);
    }

    @Override
    public Optional<Sandbox> find(String sandboxId) {
        uninterrupted(() -> {
            requireOpen();
            recovery.await(sandboxId);
        });
        return live(sandboxId).map(this::open);
    }

    @Override
    public List<SandboxStatus> list() {
        uninterrupted(this::ready);
        all().forEach(this::retry);
        return sandboxes.values().stream()
                .filter(LiveSandbox::created)
                .map(sandbox -> sandbox.record().status())
                .sorted(
                        Comparator.comparing(SandboxStatus::createdAt)
                                .thenComparing(SandboxStatus::id))
                .toList();
    }

    @Override
    public SandboxMonitor monitor() {
        requireOpen();
        SandboxMonitor monitor = followers.subscribe();
        each(_ -> true, LiveSandbox::listen);
        return monitor;
    }

    /// Waits until the records are loaded.
    public void awaitRecords() throws InterruptedException {
        ready();
    }

    /// Takes up sandboxes whose records come from elsewhere.
    ///
    /// @param records by the ids of sandboxes, none of which is here with a record that can be read
    public void adopt(Map<String, byte[]> records) throws InterruptedException {
        ready();
        records.keySet().stream()
                .filter(id -> known(id).filter(LiveSandbox::damaged).isEmpty())
                .forEach(this::requireFree);
        for (Map.Entry<String, byte[]> record : records.entrySet()) {
            environment.records().adopt(record.getKey(), record.getValue());
            Optional<LiveSandbox> damaged = known(record.getKey());
            if (damaged.isPresent()) {
                recovery.retry(damaged.get());
            } else {
                recovery.adopt(record.getKey());
            }
        }
    }

    private Optional<LiveSandbox> live(String sandboxId) {
        known(sandboxId).ifPresent(this::retry);
        return Optional.ofNullable(sandboxes.get(sandboxId)).filter(LiveSandbox::created);
    }

    /// Looks whether somebody has mended a record that could not be read.
    private void retry(LiveSandbox sandbox) {
        if (sandbox.damaged()) {
            recovery.retry(sandbox);
        }
    }

    private Sandbox open(LiveSandbox sandbox) {
        return new CoreSandbox(sandbox, this);
    }

    private void ready() throws InterruptedException {
        requireOpen();
        recovery.await();
    }

    private static void uninterrupted(Action wait) {
        try {
            wait.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while the records were loaded", e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new UnavailableException("the platform stops");
        }
    }

    // ---- for the sandboxes ---------------------------------------------------------------------

    RootImages images(List<ContainerConfig> containers) {
        return new RootImages(environment.packer(), containers);
    }

    void requireFree(String sandboxId) {
        LiveSandbox known = sandboxes.get(sandboxId);
        if (known != null) {
            throw taken(known);
        }
    }

    /// Takes the id of a sandbox that is about to be made.
    void claim(LiveSandbox sandbox) {
        LiveSandbox known = sandboxes.putIfAbsent(sandbox.id(), sandbox);
        if (known != null) {
            throw taken(known);
        }
        recovery.made(sandbox.id());
        if (closed) {
            forget(sandbox);
            requireOpen();
        }
    }

    private static ConflictException taken(LiveSandbox known) {
        return new ConflictException(
                known.created()
                        ? "there is a sandbox " + known.id() + " already"
                        : "sandbox %s is being created, or its creation is being undone (%s)"
                                .formatted(known.id(), known.record().hypervisor()));
    }

    void forget(LiveSandbox sandbox) {
        sandboxes.remove(sandbox.id(), sandbox);
    }

    /// Puts a fresh object in the place of one that was released.
    void renew(LiveSandbox released) {
        LiveSandbox fresh =
                new LiveSandbox(environment, followers, released.record(), released.damage());
        sandboxes.replace(released.id(), released, fresh);
    }

    void replace(LiveSandbox sandbox, SandboxRecord record) {
        sandboxes.replace(sandbox.id(), sandbox, hold(record));
    }

    /// Returns a fresh object for a sandbox.
    LiveSandbox hold(SandboxRecord record) {
        return new LiveSandbox(environment, followers, record);
    }

    Followers followers() {
        return followers;
    }

    void add(LiveSandbox loaded) {
        sandboxes.put(loaded.id(), loaded);
    }

    void addIfAbsent(LiveSandbox loaded) {
        sandboxes.putIfAbsent(loaded.id(), loaded);
    }

    Collection<LiveSandbox> all() {
        return List.copyOf(sandboxes.values());
    }

    Optional<LiveSandbox> known(String sandboxId) {
        return Optional.ofNullable(sandboxes.get(sandboxId));
    }

    // ---- plugins -------------------------------------------------------------------------------

    @Override
    public void added(Kind<?> kind, String name, Object service) {
        LOG.info("The {} plugin {} is here", kind, name);
        if (closed) {
            return;
        }
        if (kind.equals(Kind.STORAGE)) {
            recovery.begin();
        } else if (kind.equals(Kind.HYPERVISOR)) {
            recovery.reconcile(name, (Hypervisor) service);
        } else if (kind.equals(Kind.AGENT)) {
            each(sandbox -> sandbox.record().agent().equals(name), LiveSandbox::watch);
        }
    }

    /// Whoever waits for something goes on with the next plugin once its handle is closed; what is
    /// under way ends before.
    @Override
    public void removed(Kind<?> kind, String name, Object service, Calls calls) {
        LOG.info("The {} plugin {} is gone", kind, name);
        List<AutoCloseable> dropped = new ArrayList<>();
        if (kind.equals(Kind.HYPERVISOR)) {
            each(
                    sandbox -> sandbox.record().hypervisor().equals(name),
                    sandbox -> add(sandbox.parts().connection().letGoMachine(), dropped));
        } else if (kind.equals(Kind.AGENT)) {
            each(
                    sandbox -> sandbox.record().agent().equals(name),
                    sandbox -> add(letGoAgent(name, sandbox.parts().connection()), dropped));
        }
        if (!closed) {
            calls.awaitEnd(LET_END);
        }
        dropped.forEach(SandboxRegistry::close);
    }

    private static void add(@Nullable AutoCloseable handle, List<AutoCloseable> dropped) {
        if (handle != null) {
            dropped.add(handle);
        }
    }

    /// The plugin that comes in the place of an agent's may go on with its connection; one that is
    /// there already may have begun another.
    private @Nullable AutoCloseable letGoAgent(String plugin, Connection connection) {
        boolean replaced = environment.plugins().find(Kind.AGENT, plugin).isPresent();
        Agent agent = connection.letGoAgent();
        return agent == null || replaced ? agent : agent::leave;
    }

    private static void close(AutoCloseable handle) {
        try {
            handle.close();
        } catch (Exception e) {
            LOG.warn("A handle of a plugin that is gone cannot be closed", e);
        }
    }

    private void each(Predicate<LiveSandbox> which, Consumer<LiveSandbox> action) {
        all().stream().filter(which).filter(sandbox -> !sandbox.damaged()).forEach(action);
    }

    // ---- end -----------------------------------------------------------------------------------

    /// Drops all that this process holds, saves what is not saved, and ends no machine.
    @Override
    public void close() {
        closed = true;
        recovery.close();
        Duration patience = environment.config().get().pluginGrace();
        List<Thread> closing =
                all().stream()
                        .map(sandbox -> Thread.startVirtualThread(() -> close(sandbox, patience)))
                        .toList();
        boolean interrupted = false;
        for (Thread thread : closing) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        followers.end(() -> new UnavailableException("the platform stops"));
        environment.records().close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(LiveSandbox sandbox, Duration patience) {
        try {
            sandbox.close(patience);
        } catch (InterruptedException | RuntimeException e) {
            LOG.warn("Sandbox {} was not let go in good order", sandbox.id(), e);
        }
    }
}
