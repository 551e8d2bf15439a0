package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.core.record.Phase;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.storage.StorageChoice;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds again what was there before this process: loads the records once the storage is there, and
/// compares them with the machines of each hypervisor whenever one comes.
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /// How long the first calls wait for the hypervisor of a sandbox to tell whether its machine is
    /// left.
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);

    private static final String UNKNOWN = "unknown";

    private final Environment environment;
    private final SandboxRegistry registry;
    private final StorageChoice storage;
    private final MissingRecords missing;
    private final Map<String, CompletableFuture<Void>> firstLooks = new ConcurrentHashMap<>();

    /// When each sandbox that was loaded was compared with what its hypervisor has.
    private final Map<String, CompletableFuture<Void>> compared = new ConcurrentHashMap<>();

    private final Object attemptLock = new Object();
    private @Nullable Attempt attempt;
    private volatile boolean known;
    private volatile boolean loaded;

    /// Whether what the storage held is gone as a whole: then nobody's machines are somebody's.
    private volatile boolean lost;

    private volatile boolean closed;

    /// @param known completes when the records are loaded
    /// @param loaded completes when the hypervisors were asked besides
    private record Attempt(CompletableFuture<Void> known, CompletableFuture<Void> loaded) {
        void fail(Exception failure) {
            known.completeExceptionally(failure);
            loaded.completeExceptionally(failure);
        }
    }

    Recovery(Environment environment, SandboxRegistry registry, StorageChoice storage) {
        this.environment = requireNonNull(environment, "environment is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.storage = requireNonNull(storage, "storage is null");
        this.missing = new MissingRecords(environment.records());
    }

    /// Loads the records if the storage is there, unless that is done or under way.
    void begin() {
        Attempt _ = attempt();
    }

    private @Nullable Attempt attempt() {
        synchronized (attemptLock) {
            if ((attempt == null || attempt.loaded.isCompletedExceptionally())
                    && storage.find().isPresent()) {
                Attempt fresh = new Attempt(new CompletableFuture<>(), new CompletableFuture<>());
                attempt = fresh;
                Thread.startVirtualThread(() -> load(fresh));
            }
            return attempt;
        }
    }

    /// Waits until the records are loaded and their hypervisors were asked.
    ///
    /// @throws UnavailableException if they are not within the grace
    void await() throws InterruptedException {
        if (!loaded) {
            await(Attempt::loaded);
        }
    }

    /// Waits until what is on record of one sandbox was compared with what its hypervisor has. The
    /// others may take longer.
    ///
    /// @throws UnavailableException if the records are not loaded within the grace
    void await(String sandboxId) throws InterruptedException {
        if (loaded) {
            return;
        }
        await(Attempt::known);
        CompletableFuture<Void> own = compared.get(sandboxId);
        if (own == null) {
            // A hypervisor may have a machine of it still.
            await();
        } else {
            await(own);
        }
    }

    private void await(Function<Attempt, CompletableFuture<Void>> stage)
            throws InterruptedException {
        var _ = storage.require();
        Attempt current = attempt();
        await(current == null ? new CompletableFuture<>() : stage.apply(current));
    }

    private void await(CompletableFuture<Void> stage) throws InterruptedException {
        Duration grace = environment.config().get().pluginGrace();
        try {
            stage.get(Math.max(1, grace.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnavailableException(
                    "the records in storage '%s' are not loaded within %d ms"
                            .formatted(storage.name(), grace.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw new UnavailableException(
                    "the records in storage '%s' cannot be loaded: %s"
                            .formatted(
                                    storage.name(),
                                    requireNonNullElse(e.getCause(), e).getMessage()),
                    e);
        }
    }

    private void load(Attempt current) {
        long begun = System.nanoTime();
        try {
            List<String> ids = environment.records().loadIndex();
            inParallel(ids, this::load).join();
            lost = storage.remembered() && !environment.records().indexFound();
            if (!lost) {
                environment.records().identify();
            }
            storage.remember();
            registry.all().forEach(this::expect);
            known = true;
            current.known.complete(null);
            LOG.info(
                    "{} sandboxes loaded in {} ms",
                    registry.all().size(),
                    (System.nanoTime() - begun) / 1_000_000);
            environment.plugins().all(Kind.HYPERVISOR).forEach(this::look);
            CompletableFuture.allOf(
                            awaited().stream()
                                    .map(this::firstLook)
                                    .toArray(CompletableFuture<?>[]::new))
                    .completeOnTimeout(null, FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            loaded = true;
            current.loaded.complete(null);
            compared.clear();
        } catch (InterruptedException | RuntimeException e) {
            LOG.error("The records in storage {} cannot be loaded", storage.name(), e);
            current.fail(e);
        }
    }

    /// Notes that a sandbox is to be compared, if there is something to compare.
    private void expect(LiveSandbox sandbox) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (sandbox.mayHaveMachine() && !sandbox.damaged()) {
            var _ = done.completeOnTimeout(null, FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            done.complete(null);
        }
        compared.put(sandbox.id(), done);
    }

    /// The hypervisors that have something to say of what was loaded.
    private Set<String> awaited() {
        Set<String> names =
                registry.all().stream()
                        .filter(LiveSandbox::mayHaveMachine)
                        .map(sandbox -> sandbox.record().hypervisor())
                        .collect(Collectors.toSet());
        if (!missing.isEmpty()) {
            names.add(defaultHypervisor());
        }
        return names;
    }

    private String defaultHypervisor() {
        return environment.config().get().defaultHypervisor();
    }

    private void load(String sandboxId) throws InterruptedException {
        try {
            registry.add(registry.hold(environment.records().load(sandboxId)));
        } catch (NotFoundException _) {
            missing.add(sandboxId);
        } catch (UnavailableException e) {
            LOG.error("Sandbox {} cannot be used", sandboxId, e);
            registry.add(damaged(sandboxId, String.valueOf(e.getMessage())));
        }
    }

    /// Tries again to read a record that could not be read.
    void retry(LiveSandbox damaged) {
        if (storage.find().isEmpty()) {
            return;
        }
        try {
            damaged.lock()
                    .change(() -> {
                        damaged.requireHeld();
                        registry.replace(damaged, environment.records().load(damaged.id()));
                    });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (SunabaException e) {
            LOG.debug("Sandbox {} still cannot be used", damaged.id(), e);
            return;
        }
        LOG.info("The record of sandbox {} is whole again", damaged.id());
        environment.plugins().all(Kind.HYPERVISOR).forEach(this::lookThrough);
    }

    /// Takes up a sandbox whose record has just come.
    void adopt(String sandboxId) throws InterruptedException {
        load(sandboxId);
        environment.plugins().all(Kind.HYPERVISOR).forEach(this::lookThrough);
    }

    private LiveSandbox damaged(String sandboxId, String reason) {
        SandboxRecord shown =
                new SandboxRecord(
                        SandboxRecords.FORMAT,
                        sandboxId,
                        Phase.CREATED,
                        SandboxState.STOPPED,
                        reason,
                        new SandboxConfig(sandboxId),
                        UNKNOWN,
                        UNKNOWN,
                        UNKNOWN,
                        0,
                        0,
                        Instant.EPOCH,
                        null,
                        List.of(),
                        NetworkRecord.NONE,
                        List.of());
        return new LiveSandbox(environment, registry.followers(), shown, reason);
    }

    /// Compares the records with the machines of a hypervisor that has come.
    void reconcile(String name, Hypervisor hypervisor) {
        if (known) {
            look(name, hypervisor);
        }
    }

    private void look(String name, Hypervisor hypervisor) {
        Thread.startVirtualThread(() -> {
            try {
                lookThrough(name, hypervisor);
            } catch (RuntimeException e) {
                LOG.error("The machines of hypervisor {} cannot be listed", name, e);
            } finally {
                of(name).forEach(this::noteCompared);
                firstLook(name).complete(null);
            }
        });
    }

    private CompletableFuture<Void> firstLook(String hypervisor) {
        return firstLooks.computeIfAbsent(hypervisor, _ -> new CompletableFuture<>());
    }

    private void lookThrough(String name, Hypervisor hypervisor) {
        Map<String, List<MachineRecord>> machines =
                hypervisor.machines().stream()
                        .filter(machine -> owned(machine.owner()))
                        .collect(Collectors.groupingBy(MachineRecord::owner));
        machines.values().forEach(group -> showIfMissing(name, group.getFirst()));
        CompletableFuture<Void> all =
                inParallel(
                        of(name),
                        sandbox ->
                                compare(
                                        sandbox,
                                        hypervisor,
                                        machines.getOrDefault(
                                                sandbox.record().owner(), List.of())));
        for (List<MachineRecord> group : machines.values()) {
            for (MachineRecord machine : group) {
                if (!claimed(machine.owner(), name)) {
                    destroy(hypervisor, machine);
                }
            }
        }
        all.join();
        if (name.equals(defaultHypervisor())) {
            leaveIndex();
        }
    }

    private List<LiveSandbox> of(String hypervisor) {
        return registry.all().stream()
                .filter(sandbox -> sandbox.record().hypervisor().equals(hypervisor))
                .toList();
    }

    private void showIfMissing(String hypervisor, MachineRecord machine) {
        String id = sandboxId(machine.owner());
        if (!missing.remove(id)) {
            return;
        }
        String reason =
                ("the record of sandbox %s is missing from storage '%s', and its machine %s of"
                                + " hypervisor '%s' runs: restore the record from a backup, or"
                                + " delete the sandbox, which ends the machine")
                        .formatted(id, storage.name(), machine.id(), hypervisor);
        LOG.error("Sandbox {} cannot be used: {}", id, reason);
        registry.addIfAbsent(damaged(id, reason));
        try {
            environment.records().addToIndex(id);
        } catch (InterruptedException | SunabaException e) {
            LOG.warn("Sandbox {} is not in the index of sandboxes", id, e);
        }
    }

    private void leaveIndex() {
        try {
            missing.leaveIndex();
        } catch (InterruptedException | SunabaException e) {
            LOG.warn("Sandboxes without a record stay in the index until the next start", e);
        }
    }

    /// Takes note that a sandbox is made.
    void made(String sandboxId) {
        var _ = missing.remove(sandboxId);
    }

    private static boolean owned(String owner) {
        return owner.startsWith(SandboxRecord.OWNER_PREFIX);
    }

    private static String sandboxId(String owner) {
        return owner.substring(SandboxRecord.OWNER_PREFIX.length());
    }

    private boolean claimed(String owner, String hypervisor) {
        return registry.known(sandboxId(owner))
                .filter(sandbox ->
                        sandbox.damaged() || sandbox.record().hypervisor().equals(hypervisor))
                .isPresent();
    }

    private void compare(LiveSandbox sandbox, Hypervisor hypervisor, List<MachineRecord> machines)
            throws InterruptedException {
        try {
            if (!closed && sandbox.reconcile(hypervisor, machines)) {
                registry.forget(sandbox);
            }
        } finally {
            noteCompared(sandbox);
        }
    }

    private void noteCompared(LiveSandbox sandbox) {
        CompletableFuture<Void> expected = compared.get(sandbox.id());
        if (expected != null) {
            expected.complete(null);
        }
    }

    private void destroy(Hypervisor hypervisor, MachineRecord orphan) {
        if (closed) {
            return;
        }
        if (lost) {
            LOG.error(
                    "Machine {} of {} is left alone: storage {} was in use before and has no record"
                            + " at all; restore it, or end the machine's process",
                    orphan.id(),
                    orphan.owner(),
                    storage.name());
            return;
        }
        LOG.warn("Ending machine {}: {} is not on record", orphan.id(), orphan.owner());
        try {
            hypervisor.destroy(orphan.id());
        } catch (InterruptedException | RuntimeException e) {
            LOG.error("Machine {} of {} cannot be ended", orphan.id(), orphan.owner(), e);
        }
    }

    private interface Task<T> {
        void run(T subject) throws InterruptedException;
    }

    private static <T> CompletableFuture<Void> inParallel(Collection<T> subjects, Task<T> task) {
        return CompletableFuture.allOf(
                subjects.stream()
                        .map(subject ->
                                CompletableFuture.runAsync(
                                        () -> run(task, subject), Thread::startVirtualThread))
                        .toArray(CompletableFuture<?>[]::new));
    }

    private static <T> void run(Task<T> task, T subject) {
        try {
            task.run(subject);
        } catch (InterruptedException | SunabaException e) {
            LOG.warn("Recovery of {} is not complete", subject, e);
        }
    }

    /// Ends what must not go on when the platform stops.
    void close() {
        closed = true;
    }
}
