package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.VmPool;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.hypervisor.HypervisorConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pools, one a class of machines. For each that lacks machines a thread makes one after the
/// other, see [Filling]. One lock guards them all, and is held for no call of a plugin.
final class Pools implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pools.class);

    private final Filling filling;
    private final Endings endings;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();

    /// Signalled when the configuration has changed.
    private final Condition changed = lock.newCondition();

    /// Signalled when no request is under way.
    private final Condition idle = lock.newCondition();

    private final Map<MachineClass, Pool> pools = new LinkedHashMap<>();
    private final List<Worker> fillers = new ArrayList<>();
    private CacheConfig config;
    private int requests;
    private boolean closed;

    /// @param clock as [System#nanoTime]
    Pools(CacheConfig config, Filling filling, Endings endings, LongSupplier clock) {
        this.config = requireNonNull(config, "config is null");
        this.filling = requireNonNull(filling, "filling is null");
        this.endings = requireNonNull(endings, "endings is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    // ---- requests ------------------------------------------------------------------------------

    /// Begins a request: until it is left, [#close] waits.
    ///
    /// @throws UnavailableException if this is closed
    void enter() {
        lock.lock();
        try {
            if (closed) {
                throw new UnavailableException("this instance of the cache is stopped");
            }
            requests++;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            requests--;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a machine of a class out of its pool, if one is waiting. From now on there is such a
    /// pool, but [#fill] has to be called.
    Optional<WaitingMachine> take(MachineClass kind, HypervisorConfig like) {
        List<WaitingMachine> outdated = new ArrayList<>();
        lock.lock();
        try {
            Pool pool = pools.get(kind);
            if (pool == null) {
                outdated.addAll(forgetSuperseded(kind));
                pool = new Pool(kind, like, config.size());
                if (!closed) {
                    pools.put(kind, pool);
                }
            }
            pool.asked = clock.getAsLong();
            return Optional.ofNullable(pool.waiting.pollFirst());
        } finally {
            lock.unlock();
            var _ = endings.end(outdated);
        }
    }

    /// Says why no machine of a class is waiting.
    String shortage(MachineClass kind) {
        lock.lock();
        try {
            Pool pool = pools.get(kind);
            if (pool == null) {
                return "its pool was drained just now";
            }
            if (pool.target == 0) {
                return "pool %s keeps none: its size is 0".formatted(kind.key());
            }
            return "pool %s is being filled%s"
                    .formatted(kind.key(), pool.problem == null ? "" : ": " + pool.problem);
        } finally {
            lock.unlock();
        }
    }

    // ---- filling -------------------------------------------------------------------------------

    /// Has machines made in the background until the pool of a class is full.
    void fill(MachineClass kind) {
        lock.lock();
        try {
            Pool pool = pools.get(kind);
            if (pool != null) {
                begin(pool);
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(Pool pool) {
        if (pool.filler == null && pool.waiting.size() < pool.target) {
            Worker filler = Worker.start("cache " + pool.kind.key(), () -> filling.run(this, pool));
            pool.filler = filler;
            fillers.add(filler);
        }
    }

    void stopped(Pool pool) {
        lock.lock();
        try {
            fillers.removeIf(Worker::isCurrent);
            if (pool.filler != null && pool.filler.isCurrent()) {
                pool.filler = null;
                pool.making = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Decides whether one more machine is made. If not, this thread fills the pool no longer.
    boolean reserve(Pool pool) {
        List<WaitingMachine> evicted = List.of();
        lock.lock();
        try {
            if (holds(pool) && pool.waiting.size() < pool.target) {
                Optional<List<WaitingMachine>> room = room().forOneMoreIn(pool);
                if (room.isPresent()) {
                    evicted = room.get();
                    pool.making = 1;
                    return true;
                }
                pool.problem = room().refusal(pool);
            }
            pool.filler = null;
            return false;
        } finally {
            lock.unlock();
            endings.end(evicted).join();
        }
    }

    /// Returns the name of the factory that makes the machines.
    String base() {
        lock.lock();
        try {
            return config.base();
        } finally {
            lock.unlock();
        }
    }

    /// Puts a machine into its pool, if it is still wanted there.
    boolean add(Pool pool, WaitingMachine made) {
        lock.lock();
        try {
            pool.making = 0;
            pool.problem = null;
            if (!holds(pool) || pool.waiting.size() >= pool.target) {
                return false;
            }
            pool.waiting.addLast(made);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void failed(Pool pool, RuntimeException failure) {
        String reason = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        lock.lock();
        try {
            pool.making = 0;
            if (!reason.equals(pool.problem)) {
                LOG.warn("Pool {} cannot be filled just now: {}", pool.kind.key(), reason);
            }
            pool.problem = reason;
        } finally {
            lock.unlock();
        }
        LOG.debug("Pool {} cannot be filled just now", pool.kind.key(), failure);
    }

    /// Waits for another configuration, and tells whether there is one.
    boolean awaitConfiguration(Duration longest) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            CacheConfig before = config;
            long left = longest.toNanos();
            while (left > 0 && config.equals(before)) {
                left = changed.awaitNanos(left);
            }
            return left > 0;
        } finally {
            lock.unlock();
        }
    }

    void died(Pool pool, WaitingMachine dead) {
        lock.lock();
        try {
            if (!pool.waiting.remove(dead)) {
                return;
            }
            if (holds(pool)) {
                begin(pool);
            }
        } finally {
            lock.unlock();
        }
        LOG.warn("Machine {} of pool {} died", dead.machine().id(), pool.kind.key());
        var _ = endings.end(List.of(dead));
    }

    // ---- upkeep --------------------------------------------------------------------------------

    /// Ends what has waited for too long or is too much, and makes what is missing.
    void tidy() {
        List<WaitingMachine> over = new ArrayList<>();
        lock.lock();
        try {
            long deadline = clock.getAsLong() - config.expiry().toNanos();
            for (Pool pool : List.copyOf(pools.values())) {
                if (pool.asked - deadline < 0) {
                    LOG.info("Pool {} is given up: nobody asks for it", pool.kind.key());
                    over.addAll(forget(pool));
                } else {
                    over.addAll(pool.olderThan(deadline));
                    over.addAll(pool.surplus());
                }
            }
            over.addAll(room().excess());
            pools.values().forEach(this::begin);
        } finally {
            lock.unlock();
        }
        endings.end(over).join();
        endings.tryAgain();
    }

    /// Takes a new configuration over. What fits it stays.
    void configure(CacheConfig newConfig) {
        lock.lock();
        try {
            if (newConfig.size() != config.size()) {
                pools.values().forEach(pool -> pool.target = newConfig.size());
            }
            config = newConfig;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tidy();
    }

    List<VmPool> list() {
        lock.lock();
        try {
            return pools.values().stream().map(Pool::describe).toList();
        } finally {
            lock.unlock();
        }
    }

    void resize(String poolId, int target) {
        lock.lock();
        try {
            Pool pool = require(poolId);
            long bytes = target * pool.like.memoryBytes();
            if (target < 0 || target > CacheConfig.LARGEST_SIZE || bytes > config.memoryBytes()) {
                throw new RejectedException(
                        "size %d of pool %s is refused: it must be from 0 to %d, and %d MiB in all"
                                        .formatted(
                                                target,
                                                poolId,
                                                CacheConfig.LARGEST_SIZE,
                                                bytes >> 20)
                                + " must be at most memory = %d MiB"
                                        .formatted(config.memoryBytes() >> 20));
            }
            pool.target = target;
            pool.asked = clock.getAsLong();
        } finally {
            lock.unlock();
        }
        tidy();
    }

    void drain(String poolId) {
        List<WaitingMachine> waiting;
        Optional<Worker> filler;
        lock.lock();
        try {
            Pool pool = require(poolId);
            filler = Optional.ofNullable(pool.filler);
            waiting = forget(pool);
        } finally {
            lock.unlock();
        }
        filler.ifPresent(Worker::stop);
        endings.end(waiting).join();
    }

    /// Gives up what is under way, waits for requests, and leaves no machine.
    @Override
    public void close() {
        List<WaitingMachine> waiting = new ArrayList<>();
        List<Worker> running;
        lock.lock();
        try {
            closed = true;
            List.copyOf(pools.values()).forEach(pool -> waiting.addAll(forget(pool)));
            running = List.copyOf(fillers);
            while (requests > 0) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        running.forEach(Worker::stop);
        endings.end(waiting).join();
        endings.close();
    }

    private Room room() {
        return new Room(pools.values(), config.memoryBytes());
    }

    private boolean holds(Pool pool) {
        return pools.get(pool.kind) == pool;
    }

    private Pool require(String poolId) {
        return pools.values().stream()
                .filter(pool -> pool.kind.key().equals(poolId))
                .findFirst()
                .orElseThrow(
                        () -> new NotFoundException("there is no pool '%s'".formatted(poolId)));
    }

    private List<WaitingMachine> forgetSuperseded(MachineClass kind) {
        List<WaitingMachine> outdated = new ArrayList<>();
        for (Pool pool : List.copyOf(pools.values())) {
            if (kind.supersedes(pool.kind)) {
                outdated.addAll(forget(pool));
            }
        }
        return outdated;
    }

    /// Forgets a pool and returns the machines that waited in it. Who fills it ends soon.
    private List<WaitingMachine> forget(Pool pool) {
        pools.remove(pool.kind);
        if (pool.filler != null) {
            pool.filler.thread().interrupt();
        }
        List<WaitingMachine> waiting = List.copyOf(pool.waiting);
        pool.waiting.clear();
        return waiting;
    }
}
