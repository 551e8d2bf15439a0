package io.sunaba.core.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins that are there just now. They come and go at any time; of several of one kind and
/// name the one with the highest ranking serves, of equals the older one.
public final class Plugins {
    /// Hears of plugins that came and went. Called without a lock, in the thread of whoever brought
    /// the change, so it must be quick.
    public interface Listener {
        void added(Kind<?> kind, String name, Object service);

        void removed(Kind<?> kind, String name, Object service);
    }

    /// Knows why a plugin is not there.
    public interface Absence {
        Optional<String> reason(Kind<?> kind, String name);
    }

    private record Plugin(Kind<?> kind, String name, int ranking, long id, Object service) {
        @SuppressWarnings("ReferenceEquality") // a service is told by its identity
        boolean is(Object other) {
            return service == other;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    static final String NAME = "sunaba.name";
    private static final Comparator<Plugin> BEST_FIRST =
            Comparator.comparingInt(Plugin::ranking).reversed().thenComparingLong(Plugin::id);

    private final Supplier<Duration> grace;
    private final Absence absence;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Plugin> plugins = new ArrayList<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /// @param grace how long [#require] waits for a plugin that is not there
    public Plugins(Supplier<Duration> grace) {
        this(grace, (_, _) -> Optional.empty());
    }

    public Plugins(Supplier<Duration> grace, Absence absence) {
        this.grace = requireNonNull(grace, "grace is null");
        this.absence = requireNonNull(absence, "absence is null");
    }

    public void listen(Listener listener) {
        listeners.add(requireNonNull(listener, "listener is null"));
    }

    /// Takes up a service, with its service properties. One without a name is no plugin.
    public <T> void add(Kind<T> kind, T service, Map<String, ?> properties) {
        if (!(properties.get(NAME) instanceof String name) || name.isBlank()) {
            LOG.warn(
                    "A {} service without the property {} is no plugin: {}",
                    kind,
                    NAME,
                    service.getClass().getName());
            return;
        }
        lock.lock();
        try {
            plugins.add(
                    new Plugin(
                            kind,
                            name,
                            number(properties, "service.ranking").intValue(),
                            number(properties, "service.id").longValue(),
                            service));
            plugins.sort(BEST_FIRST);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        LOG.debug("The {} plugin {} is here", kind, name);
        listeners.forEach(listener -> listener.added(kind, name, service));
    }

    private static Number number(Map<String, ?> properties, String key) {
        return properties.get(key) instanceof Number number ? number : 0;
    }

    /// Lets go of a service. Does nothing if it was not taken up.
    public <T> void remove(Kind<T> kind, T service) {
        List<Plugin> gone;
        lock.lock();
        try {
            gone = plugins.stream().filter(plugin -> plugin.is(service)).toList();
            plugins.removeAll(gone);
        } finally {
            lock.unlock();
        }
        for (Plugin plugin : gone) {
            LOG.debug("The {} plugin {} is gone", kind, plugin.name);
            listeners.forEach(listener -> listener.removed(kind, plugin.name, service));
        }
    }

    /// Returns the plugin of a kind and name that serves now, if there is one.
    public <T> Optional<T> find(Kind<T> kind, String name) {
        lock.lock();
        try {
            return plugins.stream()
                    .filter(plugin -> plugin.kind.equals(kind) && plugin.name.equals(name))
                    .map(plugin -> kind.type().cast(plugin.service))
                    .findFirst();
        } finally {
            lock.unlock();
        }
    }

    /// Returns the plugin of a kind and name, waiting for it for the grace.
    ///
    /// @throws UnavailableException if it does not come; says why, or names what there is instead
    public <T> T require(Kind<T> kind, String name) throws InterruptedException {
        return await(kind, name)
                .orElseThrow(() ->
                        new UnavailableException(
                                absence.reason(kind, name)
                                        .map(reason ->
                                                "the %s plugin '%s' failed: %s"
                                                        .formatted(kind, name, reason))
                                        .orElseGet(() -> missing(kind, name))));
    }

    private <T> Optional<T> await(Kind<T> kind, String name) throws InterruptedException {
        long left = grace.get().toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                Optional<T> found = find(kind, name);
                if (found.isPresent() || left <= 0) {
                    return found;
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tells whether a service is still here.
    public boolean holds(Object service) {
        lock.lock();
        try {
            return plugins.stream().anyMatch(plugin -> plugin.is(service));
        } finally {
            lock.unlock();
        }
    }

    /// Returns the plugins of a kind that serve now, by name.
    public <T> Map<String, T> all(Kind<T> kind) {
        lock.lock();
        try {
            return plugins.stream()
                    .filter(plugin -> plugin.kind.equals(kind))
                    .collect(
                            Collectors.toMap(
                                    Plugin::name,
                                    plugin -> kind.type().cast(plugin.service),
                                    (best, _) -> best));
        } finally {
            lock.unlock();
        }
    }

    private String missing(Kind<?> kind, String name) {
        return "there is no %s plugin '%s' (waited %d ms); there is %s"
                .formatted(kind, name, grace.get().toMillis(), names(kind));
    }

    private String names(Kind<?> kind) {
        String names = all(kind).keySet().stream().sorted().collect(Collectors.joining(", "));
        return names.isEmpty() ? "none" : names;
    }
}
