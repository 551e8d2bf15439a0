package io.sunaba.factory.template;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.sunaba.agent.Agent;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.support.Ending;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.Plugins;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes templates, each on a thread of its own and once, however many ask for it.
final class Builds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Builds.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    /// A template that is being made. Its thread begins before anybody else sees it.
    private record Build(
            TemplateRecord planned, CompletableFuture<TemplateRecord> result, Thread thread) {}

    /// The end of a build whose template has not served yet.
    private record Unproven(long since, String problem) {
        boolean isOver() {
            return System.nanoTime() - since >= PAUSE.toNanos();
        }
    }

    private final Plugins plugins;
    private final TemplateConfig config;
    private final TemplateStore store;
    private final Ownership ownership;
    private final TemplateMetrics metrics;
    private final Map<String, Build> running = new ConcurrentHashMap<>();
    private final Map<String, Unproven> unproven = new ConcurrentHashMap<>();

    Builds(
            Plugins plugins,
            TemplateConfig config,
            TemplateStore store,
            Ownership ownership,
            TemplateMetrics metrics) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.config = requireNonNull(config, "config is null");
        this.store = requireNonNull(store, "store is null");
        this.ownership = requireNonNull(ownership, "ownership is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
    }

    /// Returns those that are being made, without their size.
    List<TemplateRecord> planned() {
        return running.values().stream().map(Build::planned).toList();
    }

    /// Has a template made that a request misses. What failed, or made one that was of no use, is
    /// tried again after a pause, so that requests do not boot machine after machine in vain.
    ///
    /// @return what to tell the request
    UnavailableException begin(MachineClass kind, HypervisorConfig wanted) {
        String id = kind.key();
        Unproven last = unproven.get(id);
        if (last != null && !last.isOver() && !running.containsKey(id)) {
            return new UnavailableException(
                    "template %s is tried again later: %s".formatted(id, last.problem));
        }
        start(kind, wanted);
        return new UnavailableException("template %s is being made".formatted(id));
    }

    /// Has a template made, or waits for the one that is being made.
    TemplateRecord make(MachineClass kind, HypervisorConfig wanted) throws InterruptedException {
        try {
            return start(kind, wanted).result.get();
        } catch (ExecutionException e) {
            Throwable cause = requireNonNullElse(e.getCause(), e);
            String message =
                    "template %s cannot be made: %s".formatted(kind.key(), cause.getMessage());
            throw cause instanceof RejectedException
                    ? new RejectedException(message, cause)
                    : new UnavailableException(message, cause);
        }
    }

    /// Takes note that machines do come from a template.
    void proven(TemplateRecord template) {
        unproven.remove(template.id());
    }

    private Build start(MachineClass kind, HypervisorConfig wanted) {
        return running.computeIfAbsent(
                kind.key(),
                id -> {
                    TemplateRecord planned = TemplateRecord.planned(kind, wanted);
                    CompletableFuture<TemplateRecord> result = new CompletableFuture<>();
                    Thread thread =
                            Thread.ofVirtual()
                                    .name("template " + id)
                                    .start(() -> run(planned, wanted, result));
                    return new Build(planned, result, thread);
                });
    }

    private void run(
            TemplateRecord planned,
            HypervisorConfig wanted,
            CompletableFuture<TemplateRecord> result) {
        TemplateRecord made = null;
        Throwable failure = null;
        try {
            made = made(planned, wanted);
        } catch (InterruptedException e) {
            LOG.info("Template {} is given up", planned.id());
            failure = new UnavailableException("it was given up", e);
        } catch (Throwable e) {
            LOG.warn("Template {} cannot be made", planned.id(), e);
            metrics.buildFailed();
            unproven.put(
                    planned.id(), new Unproven(System.nanoTime(), String.valueOf(e.getMessage())));
            failure = e;
        }
        // Whoever is told finds it where it is now.
        running.remove(planned.id());
        if (failure == null) {
            result.complete(made);
        } else {
            result.completeExceptionally(failure);
        }
    }

    private TemplateRecord made(TemplateRecord planned, HypervisorConfig wanted)
            throws InterruptedException {
        Optional<TemplateRecord> there = store.find(planned.kind());
        if (there.isPresent()) {
            return there.get();
        }
        long begun = System.nanoTime();
        TemplateRecord made = build(planned, wanted);
        metrics.built();
        unproven.put(
                made.id(), new Unproven(System.nanoTime(), "the last one was made and of no use"));
        LOG.info("Template {} made in {} ms", made.id(), (System.nanoTime() - begun) / 1_000_000);
        return made;
    }

    private TemplateRecord build(TemplateRecord planned, HypervisorConfig wanted)
            throws InterruptedException {
        MachineClass kind = planned.kind();
        store.list().stream().filter(other -> kind.supersedes(other.kind())).forEach(store::delete);
        boolean complete = false;
        Path state = store.begin(kind);
        try {
            Vm vm = plugins.factory(config.base()).newVm(ownership.own(wanted, kind));
            save(vm, state);
            TemplateRecord made = planned.taking(DiskUsage.of(state));
            store.complete(made);
            complete = true;
            return made;
        } finally {
            if (!complete) {
                store.giveUp(kind);
            }
        }
    }

    private static void save(Vm vm, Path state) throws InterruptedException {
        Machine machine = vm.machine();
        RuntimeException end = new IllegalStateException("the template's machine does not end");
        try {
            // An open session would be broken in every clone.
            try (Agent agent = vm.agent()) {
                agent.settle();
            }
            Rest.await(machine);
            machine.pause();
            machine.ability(Snapshot.class).save(state);
        } finally {
            Ending.of(machine, end);
        }
        if (end.getSuppressed().length > 0) {
            LOG.warn("A machine is left", end);
        }
    }

    /// Gives up a template that is being made, and leaves nothing of it.
    ///
    /// @return whether it was being made
    boolean cancel(String id) {
        unproven.remove(id);
        Build build = running.get(id);
        if (build == null) {
            return false;
        }
        build.thread.interrupt();
        boolean interrupted = false;
        while (build.thread.isAlive()) {
            try {
                build.thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /// Gives up what is under way, and leaves nothing of it.
    @Override
    public void close() {
        running.keySet().forEach(this::cancel);
    }
}
