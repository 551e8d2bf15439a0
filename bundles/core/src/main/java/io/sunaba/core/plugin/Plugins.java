package io.sunaba.core.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.guard.Guard;
import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins that are there just now. They come and go at any time; of several of one kind and
/// name the one with the highest ranking serves, of equals the older one.
public final class Plugins {
    /// Hears of the plugins that serve: one that waits behind another is not told of before it
    /// takes over. Called without a lock, in the thread of whoever brought the change.
    public interface Listener {
        void added(Kind<?> kind, String name, Object service);

        /// No call begins any more. The plugin goes when this returns.
        void removed(Kind<?> kind, String name, Object service, Calls calls);
    }

    /// A plugin that serves.
    ///
    /// @param calls the calls into it
    public record Serving<T>(T service, Calls calls) {}

    /// Knows why a plugin is not there.
    public interface Absence {
        Optional<String> reason(Kind<?> kind, String name);

        /// Returns what else may be a reason why plugins are not there, a line each.
        default List<String> suspects() {
            return List.of();
        }
    }

    /// Decides whether a plugin is taken up. Called without a lock.
    public interface Admission {
        /// @param plugin behind its guard
        /// @param entry takes it up
        /// @throws UnavailableException if it is not taken up; says why
        void admit(Kind<?> kind, String name, Object plugin, Runnable entry);
    }

    private record Key(Kind<?> kind, String name) {}

    /// @param guarded what the core calls
    private record Plugin(
            Kind<?> kind, String name, int ranking, long id, Object service, Object guarded) {
        Key key() {
            return new Key(kind, name);
        }

        @SuppressWarnings("ReferenceEquality") // a service is told by its identity
        boolean is(Object other) {
            return service == other || guarded == other;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    static final String NAME = "sunaba.name";

    private static final Comparator<Plugin> BEST_FIRST =
            Comparator.comparingInt(Plugin::ranking).reversed().thenComparingLong(Plugin::id);

    private final Supplier<Duration> grace;
    private final Supplier<Duration> limit;
    private final Absence absence;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Plugin> plugins = new ArrayList<>();
    private final Map<Key, Serving<Object>> serving = new HashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private volatile Admission admission = (_, _, _, entry) -> entry.run();

    /// @param grace how long [#require] waits for a plugin that is not there
    public Plugins(Supplier<Duration> grace) {
        this(grace, () -> Duration.ZERO, (_, _) -> Optional.empty());
    }

    /// @param limit how long a call of a plugin may take; zero for any time
    public Plugins(Supplier<Duration> grace, Supplier<Duration> limit, Absence absence) {
        this.grace = requireNonNull(grace, "grace is null");
        this.limit = requireNonNull(limit, "limit is null");
        this.absence = requireNonNull(absence, "absence is null");
    }

    public void listen(Listener listener) {
        listeners.add(requireNonNull(listener, "listener is null"));
    }

    /// Has each plugin that comes from now on be asked for.
    public void admitBy(Admission decides) {
        admission = requireNonNull(decides, "decides is null");
    }

    /// Takes up a service, with its service properties, and puts a guard before it. One without a
    /// name is no plugin.
    ///
    /// @throws UnavailableException if it is not admitted
    public <T> void add(Kind<T> kind, T service, Map<String, ?> properties) {
        add(kind, service, properties, Runnable::run);
    }

    /// As the other.
    ///
    /// @param turn runs what takes up the service, or does not
    <T> void add(Kind<T> kind, T service, Map<String, ?> properties, Consumer<Runnable> turn) {
        if (!(properties.get(NAME) instanceof String name) || name.isBlank()) {
            LOG.warn(
                    "A {} service without the property {} is no plugin: {}",
                    kind,
                    NAME,
                    service.getClass().getName());
            return;
        }
        Guard guard =
                new Guard("the %s plugin '%s'".formatted(kind, name), limit, () -> holds(service));
        T guarded = kind.guarded().apply(guard, service);
        Plugin added =
                new Plugin(
                        kind,
                        name,
                        number(properties, "service.ranking").intValue(),
                        number(properties, "service.id").longValue(),
                        service,
                        guarded);
        LOG.debug("The {} plugin {} is here", kind, name);
        admission.admit(
                kind,
                name,
                guarded,
                () -> turn.accept(() -> change(added.key(), () -> plugins.add(added))));
    }

    /// Changes what there is, and has those of a kind and name follow each other.
    private void change(Key key, Runnable change) {
        Serving<Object> before;
        Serving<Object> after;
        lock.lock();
        try {
            change.run();
            plugins.sort(BEST_FIRST);
            before = serving.get(key);
            after = succeed(key, before);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (Objects.equals(before, after)) {
            return;
        }
        if (before != null) {
            listeners.forEach(it -> it.removed(key.kind, key.name, before.service, before.calls));
        }
        if (after != null) {
            listeners.forEach(it -> it.added(key.kind, key.name, after.service));
        }
    }

    private @Nullable Serving<Object> succeed(Key key, @Nullable Serving<Object> before) {
        Plugin best = plugins.stream().filter(it -> it.key().equals(key)).findFirst().orElse(null);
        if (best != null && before != null && best.is(before.service)) {
            return before;
        }
        if (before != null) {
            before.calls.close();
        }
        if (best == null) {
            serving.remove(key);
            return null;
        }
        Serving<Object> after = new Serving<>(best.guarded, new Calls());
        serving.put(key, after);
        return after;
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
        } finally {
            lock.unlock();
        }
        for (Plugin plugin : gone) {
            LOG.debug("The {} plugin {} is gone", kind, plugin.name);
            change(plugin.key(), () -> plugins.remove(plugin));
        }
    }

    /// Returns the plugin of a kind and name that serves now, if there is one.
    public <T> Optional<T> find(Kind<T> kind, String name) {
        return Optional.ofNullable(now(kind, name)).map(Serving::service);
    }

    private <T> @Nullable Serving<T> now(Kind<T> kind, String name) {
        lock.lock();
        try {
            Serving<Object> now = serving.get(new Key(kind, name));
            return now == null ? null : new Serving<>(kind.type().cast(now.service), now.calls);
        } finally {
            lock.unlock();
        }
    }

    /// Returns the calls into the plugin of a kind and name that serves now; they are over if there
    /// is none.
    public Calls calls(Kind<?> kind, String name) {
        Serving<?> now = now(kind, name);
        if (now != null) {
            return now.calls;
        }
        Calls none = new Calls();
        none.close();
        return none;
    }

    /// Returns the plugin of a kind and name, waiting for it for the grace.
    ///
    /// @throws UnavailableException if it does not come; says why, or names what there is instead
    public <T> T require(Kind<T> kind, String name) throws InterruptedException {
        return serving(kind, name).service;
    }

    /// As [#require], but each call goes to the plugin that serves then, after waiting for it, and
    /// one that is under way is let end when the plugin goes.
    public <T> T steady(Kind<T> kind, String name) throws InterruptedException {
        Serving<T> now = serving(kind, name);
        return Steady.of(
                kind.type(),
                now.service,
                now.calls,
                _ -> Steady.Manner.SHORT,
                () -> steady(kind, name));
    }

    /// As [#require], with the calls into it.
    public <T> Serving<T> serving(Kind<T> kind, String name) throws InterruptedException {
        return await(kind, name)
                .orElseThrow(() ->
                        new UnavailableException(
                                absence.reason(kind, name)
                                        .map(reason ->
                                                "the %s plugin '%s' failed: %s"
                                                        .formatted(kind, name, reason))
                                        .orElseGet(() -> missing(kind, name))));
    }

    private <T> Optional<Serving<T>> await(Kind<T> kind, String name) throws InterruptedException {
        long left = grace.get().toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                Serving<T> found = now(kind, name);
                if (found != null || left <= 0) {
                    return Optional.ofNullable(found);
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tells whether a plugin is still here.
    public boolean holds(Object plugin) {
        lock.lock();
        try {
            return plugins.stream().anyMatch(each -> each.is(plugin));
        } finally {
            lock.unlock();
        }
    }

    /// Tells whether a plugin serves, and none of its kind and name waits behind it.
    public boolean isOnly(Kind<?> kind, String name, Object plugin) {
        lock.lock();
        try {
            List<Plugin> named =
                    plugins.stream().filter(it -> it.key().equals(new Key(kind, name))).toList();
            return named.size() == 1 && named.getFirst().is(plugin);
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
                                    plugin -> kind.type().cast(plugin.guarded),
                                    (best, _) -> best));
        } finally {
            lock.unlock();
        }
    }

    private String missing(Kind<?> kind, String name) {
        String suspects =
                absence.suspects().stream().map("; "::concat).collect(Collectors.joining());
        return "there is no %s plugin '%s' (waited %d ms); there is %s%s"
                .formatted(kind, name, grace.get().toMillis(), names(kind), suspects);
    }

    private String names(Kind<?> kind) {
        String names = all(kind).keySet().stream().sorted().collect(Collectors.joining(", "));
        return names.isEmpty() ? "none" : names;
    }
}
