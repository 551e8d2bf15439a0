package io.sunaba.factory.template;

import static java.util.Objects.requireNonNull;

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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes templates in the background, each once, however many ask for it.
final class Builds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Builds.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

    private final Plugins plugins;
    private final TemplateConfig config;
    private final TemplateStore store;

    private final Ownership ownership;
    private final Map<MachineClass, Thread> running = new ConcurrentHashMap<>();
    private final Map<MachineClass, Long> failed = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Builds(Plugins plugins, TemplateConfig config, TemplateStore store, Ownership ownership) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.config = requireNonNull(config, "config is null");
        this.store = requireNonNull(store, "store is null");
        this.ownership = requireNonNull(ownership, "ownership is null");
    }

    /// Has a template made, unless that is under way or failed a moment ago.
    void begin(MachineClass kind, HypervisorConfig wanted) {
        Long failure = failed.get(kind);
        if (closed
                || (failure != null
                        && System.nanoTime() - failure < PAUSE_AFTER_FAILURE.toNanos())) {
            return;
        }
        running.computeIfAbsent(
                kind,
                _ ->
                        Thread.ofVirtual()
                                .name("template " + kind.key())
                                .start(() -> run(kind, wanted)));
    }

    /// Waits until a template is made, or its making has failed.
    void await(MachineClass kind) throws InterruptedException {
        Thread build = running.get(kind);
        if (build != null) {
            build.join();
        }
    }

    private void run(MachineClass kind, HypervisorConfig wanted) {
        long begun = System.nanoTime();
        try {
            if (store.find(kind).isEmpty()) {
                build(kind, wanted);
                failed.remove(kind);
                LOG.info(
                        "Template {} made in {} ms",
                        kind.key(),
                        (System.nanoTime() - begun) / 1_000_000);
            }
        } catch (InterruptedException _) {
            LOG.info("Template {} is given up: the factory stops", kind.key());
        } catch (RuntimeException e) {
            failed.put(kind, System.nanoTime());
            LOG.warn("Template {} cannot be made; it is tried again later", kind.key(), e);
        } finally {
            running.remove(kind);
        }
    }

    private void build(MachineClass kind, HypervisorConfig wanted) throws InterruptedException {
        store.list().stream().filter(kind::supersedes).forEach(store::delete);
        Path state = store.begin(kind);
        boolean complete = false;
        try {
            Vm vm = plugins.factory(config.fallback()).newVm(ownership.own(wanted, kind));
            // The agent has answered: it is ready. An open session would be broken in every clone.
            vm.agent().close();
            save(vm.machine(), state);
            store.complete(kind);
            complete = true;
        } finally {
            if (!complete) {
                store.delete(kind);
            }
        }
    }

    private static void save(Machine machine, Path state) throws InterruptedException {
        RuntimeException end = new IllegalStateException("the template's machine does not end");
        try {
            machine.pause();
            machine.ability(Snapshot.class).save(state);
        } finally {
            Ending.of(machine, end);
        }
        if (end.getSuppressed().length > 0) {
            LOG.warn("A machine is left", end);
        }
    }

    /// Gives up what is under way, and leaves nothing of it.
    @Override
    public void close() {
        closed = true;
        for (Thread build : running.values()) {
            build.interrupt();
            boolean interrupted = false;
            while (build.isAlive()) {
                try {
                    build.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
