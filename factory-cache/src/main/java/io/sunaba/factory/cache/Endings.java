package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.factory.support.Plugins;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends machines that nobody is to have. What cannot be ended, because its hypervisor is away, is
/// tried again.
final class Endings implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

    private final Plugins plugins;

    /// Ids of machines that are still to be ended, and the names of their hypervisors.
    private final Map<String, String> left = new ConcurrentHashMap<>();

    private final Queue<CompletableFuture<Void>> running = new ConcurrentLinkedQueue<>();

    Endings(Plugins plugins) {
        this.plugins = requireNonNull(plugins, "plugins is null");
    }

    /// Ends machines, all at once, whatever interrupts the caller; completes when they have ended
    /// or are left for the next time.
    CompletableFuture<Void> end(Collection<WaitingMachine> machines) {
        CompletableFuture<Void> ended =
                CompletableFuture.allOf(
                        machines.stream()
                                .map(machine ->
                                        CompletableFuture.runAsync(
                                                () -> end(machine), Thread::startVirtualThread))
                                .toArray(CompletableFuture<?>[]::new));
        running.removeIf(CompletableFuture::isDone);
        running.add(ended);
        return ended;
    }

    /// Ends one machine and returns then.
    void end(WaitingMachine waiting) {
        waiting.agent().close();
        destroy(waiting.machine().id(), waiting.hypervisorName());
        waiting.machine().close();
    }

    /// Waits for what is under way.
    @Override
    public void close() {
        CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).join();
    }

    /// Tries again what could not be done.
    void tryAgain() {
        Map.copyOf(left).forEach(this::destroy);
    }

    /// By its id: the handle may be that of a hypervisor that has been replaced.
    private void destroy(String id, String hypervisor) {
        try {
            CompletableFuture.runAsync(() -> destroyNow(id, hypervisor), Thread::startVirtualThread)
                    .join();
            left.remove(id);
        } catch (RuntimeException e) {
            if (left.put(id, hypervisor) == null) {
                LOG.warn("Machine {} cannot be ended now", id, e);
            }
        }
    }

    private void destroyNow(String id, String hypervisor) {
        try {
            plugins.hypervisor(hypervisor).destroy(id);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }
}
