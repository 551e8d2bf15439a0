package io.sunaba.core.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.guard.Guard;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes up the plugins in the service registry. To get such a service is to activate its
/// component: that happens on a thread of its own, so that one that hangs holds up nobody else, and
/// those that are there from the beginning get ready side by side.
public final class Arrivals implements Plugins.Absence {
    /// How long a plugin is waited for from when it comes; nearly all are ready at once.
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    private final BundleContext context;
    private final Plugins plugins;
    private final Supplier<Duration> limit;
    private final Map<Key, Arrival<?>> arrivals = new ConcurrentHashMap<>();
    private final Map<ServiceReference<?>, ReentrantLock> turns = new ConcurrentHashMap<>();
    private volatile boolean awaiting;

    /// One service may be plugins of several kinds.
    private record Key(Kind<?> kind, ServiceReference<?> reference) {}

    /// @param limit how long a plugin may take to become ready
    public Arrivals(BundleContext context, Plugins plugins, Supplier<Duration> limit) {
        this.context = requireNonNull(context, "context is null");
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.limit = requireNonNull(limit, "limit is null");
    }

    /// Takes up a service, now or when it is ready.
    public <T> void come(Kind<T> kind, ServiceReference<T> reference) {
        Arrival<T> arrival = new Arrival<>(kind, reference);
        arrivals.put(new Key(kind, reference), arrival);
        arrival.begin();
        if (awaiting) {
            arrival.await();
        }
    }

    /// Waits for those that have come so far; from now on whoever brings one waits for it.
    public void await() {
        awaiting = true;
        arrivals.values().forEach(Arrival::await);
    }

    /// Lets go of a service, ready or not.
    public void go(Kind<?> kind, ServiceReference<?> reference) {
        Arrival<?> arrival = arrivals.remove(new Key(kind, reference));
        if (arrival != null) {
            turns.remove(reference);
            arrival.end();
        }
    }

    @Override
    public Optional<String> reason(Kind<?> kind, String name) {
        return arrivals.values().stream()
                .filter(arrival -> arrival.is(kind, name))
                .flatMap(arrival -> arrival.problem().stream())
                .findFirst();
    }

    private final class Arrival<T> {
        private final Kind<T> kind;
        private final ServiceReference<T> reference;
        private final Guard guard;
        private final long begun = System.nanoTime();
        private final CountDownLatch settled = new CountDownLatch(1);
        private final ReentrantLock turn;
        private volatile boolean waited;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable T service;
        private boolean gone;
        private @Nullable String failure;

        Arrival(Kind<T> kind, ServiceReference<T> reference) {
            this.kind = kind;
            this.reference = reference;
            this.turn = turns.computeIfAbsent(reference, _ -> new ReentrantLock());
            this.guard =
                    new Guard(
                            "the %s plugin '%s' of bundle %s"
                                    .formatted(kind, name(), reference.getBundle()),
                            limit,
                            () -> reference.getBundle() != null);
        }

        private Object name() {
            return reference.getProperty(Plugins.NAME);
        }

        boolean is(Kind<?> wanted, String name) {
            return kind.equals(wanted) && name.equals(name());
        }

        void begin() {
            Thread.startVirtualThread(this::activate);
        }

        void await() {
            long left = PATIENCE.toNanos() - (System.nanoTime() - begun);
            try {
                if (!settled.await(left, TimeUnit.NANOSECONDS)) {
                    LOG.warn(
                            "The {} plugin {} of bundle {} is not ready after {} ms: it is no longer"
                                    + " waited for",
                            kind,
                            name(),
                            reference.getBundle(),
                            PATIENCE.toMillis());
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private void activate() {
            try {
                T activated = get();
                if (activated != null) {
                    take(activated);
                }
            } catch (SunabaException e) {
                fail(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this", e);
            } finally {
                settled.countDown();
            }
        }

        /// While somebody else has it activated, the component runtime gives up after some seconds:
        /// then it is asked again.
        private @Nullable T get() throws InterruptedException {
            while (true) {
                T got = guard.activate(this::ask, this::take);
                if (got != null || !waited || isGone()) {
                    return got;
                }
                Duration most = limit.get();
                if (!most.isZero() && System.nanoTime() - begun > most.toNanos()) {
                    throw new TimedOutException(
                            "it has not become ready within %d s".formatted(most.toSeconds()));
                }
            }
        }

        /// One kind after the other: the framework has those of one bundle that ask for a service
        /// wait for the first of them, and who came late would take its answer for a quick one.
        private @Nullable T ask() {
            turn.lock();
            try {
                long asked = System.nanoTime();
                T got = context.getService(reference);
                waited = System.nanoTime() - asked > PATIENCE.toNanos();
                return got;
            } finally {
                turn.unlock();
            }
        }

        private boolean isGone() {
            lock.lock();
            try {
                return gone;
            } finally {
                lock.unlock();
            }
        }

        private void fail(SunabaException why) {
            LOG.error("The {} plugin {} is not there", kind, name(), why);
            lock.lock();
            try {
                failure = why.getMessage();
            } finally {
                lock.unlock();
            }
        }

        /// Whether it is admitted may take a while to tell: its end does not wait for that.
        private void take(T activated) {
            try {
                plugins.add(
                        kind,
                        activated,
                        properties(reference.getProperties()),
                        entry -> enter(activated, entry));
            } catch (UnavailableException e) {
                fail(e);
                release();
            }
        }

        private void enter(T activated, Runnable entry) {
            lock.lock();
            try {
                if (gone) {
                    release();
                } else {
                    service = activated;
                    failure = null;
                    entry.run();
                }
            } finally {
                lock.unlock();
            }
        }

        private static Map<String, Object> properties(Dictionary<String, Object> properties) {
            return FrameworkUtil.asMap(properties);
        }

        /// Tells what keeps it from being there; nothing if it is, or its component failed.
        Optional<String> problem() {
            lock.lock();
            try {
                if (failure != null) {
                    return Optional.of(failure);
                }
            } finally {
                lock.unlock();
            }
            return settled.getCount() == 0
                    ? Optional.empty()
                    : Optional.of(
                            "it has not become ready for %d s"
                                    .formatted(
                                            TimeUnit.NANOSECONDS.toSeconds(
                                                    System.nanoTime() - begun)));
        }

        void end() {
            lock.lock();
            try {
                gone = true;
                if (service != null) {
                    plugins.remove(kind, service);
                    release();
                }
            } finally {
                lock.unlock();
            }
        }

        private void release() {
            try {
                context.ungetService(reference);
            } catch (IllegalStateException _) {
                // The core's own bundle has stopped, and the framework has released all.
            }
        }
    }
}
