package io.sunaba.factory.cache;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.VmPool;
import io.sunaba.factory.VmPools;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.Plugins;
import io.sunaba.factory.support.RegisteredPlugins;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.metrics.Metric;
import io.sunaba.metrics.MetricSource;
import java.time.Duration;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The VM factory `cache`: keeps machines that another factory has made, booted and paused, and
/// hands them out. A class of machines has a pool from its first request on, which fails, as any
/// does that finds the pool empty: the caller asks another factory.
@Component(
        service = {VmFactory.class, VmPools.class, MetricSource.class},
        // What a crash left is ended whether anybody asks for machines or not.
        immediate = true,
        configurationPid = CacheFactory.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = VmFactory.NAME + "=" + CacheFactory.CACHE)
@Designate(ocd = CacheSettings.class)
public final class CacheFactory implements VmFactory, VmPools, MetricSource {
    static final String PID = "io.sunaba.factory.cache";
    static final String CACHE = "cache";

    private static final Logger LOG = LoggerFactory.getLogger(CacheFactory.class);
    private static final Duration HEAD_START = Duration.ofMillis(250);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration UPKEEP = Duration.ofSeconds(1);

    private final Plugins plugins;
    private final Runnable closePlugins;
    private final Counts counts = new Counts();
    private final Endings endings;
    private final Pools pools;
    private final Worker upkeep;
    private volatile String agent;

    @Activate
    public CacheFactory(BundleContext context, CacheSettings settings) {
        this(CacheConfig.of(settings), new Ownership(CACHE), context);
    }

    private CacheFactory(CacheConfig config, Ownership ownership, BundleContext context) {
        this(config, ownership, new RegisteredPlugins(context, CACHE, ownership::endAbandoned));
    }

    private CacheFactory(CacheConfig config, Ownership ownership, RegisteredPlugins plugins) {
        this(config, ownership, plugins, plugins::close, HEAD_START, FIRST_PAUSE);
    }

    CacheFactory(
            CacheConfig config,
            Ownership ownership,
            Plugins plugins,
            Runnable closePlugins,
            Duration headStart,
            Duration firstPause) {
        this.plugins = plugins;
        this.closePlugins = closePlugins;
        this.agent = config.agent();
        this.endings = new Endings(plugins);
        this.pools =
                new Pools(
                        config,
                        new Filling(
                                new Maker(plugins, ownership, System::nanoTime),
                                endings,
                                counts,
                                headStart,
                                firstPause),
                        endings,
                        System::nanoTime);
        this.upkeep = Worker.start("cache upkeep", this::keepUp);
    }

    @Modified
    void modified(CacheSettings settings) {
        configure(CacheConfig.of(settings));
    }

    void configure(CacheConfig config) {
        agent = config.agent();
        pools.configure(config);
    }

    @Deactivate
    public void close() {
        upkeep.stop();
        pools.close();
        closePlugins.run();
    }

    private void keepUp() {
        try {
            while (true) {
                Thread.sleep(UPKEEP);
                pools.tidy();
            }
        } catch (InterruptedException _) {
            LOG.debug("The cache stops");
        }
    }

    @Override
    public Vm newVm(HypervisorConfig wanted) throws InterruptedException {
        if (wanted.sharedMemory()) {
            throw new RejectedException(
                    "no machine waits for %s: directories are to be shared with it, and the memory of those in the cache may be a clone's, which nobody else can map"
                            .formatted(wanted.owner()));
        }
        long begun = System.nanoTime();
        pools.enter();
        try {
            Hypervisor hypervisor = plugins.hypervisor(wanted.hypervisor());
            MachineClass kind = MachineClass.of(wanted, hypervisor.capabilities());
            try {
                Vm vm = handOut(kind, wanted, hypervisor);
                Duration duration = Duration.ofNanos(System.nanoTime() - begun);
                counts.handedOut(wanted.hypervisor(), duration);
                LOG.info(
                        "Machine {} handed out to {} in {} ms",
                        vm.machine().id(),
                        wanted.owner(),
                        duration.toMillis());
                return vm;
            } finally {
                pools.fill(kind);
            }
        } finally {
            pools.leave();
        }
    }

    /// Hands out the first machine of a class that turns out to be alive.
    private Vm handOut(MachineClass kind, HypervisorConfig wanted, Hypervisor hypervisor)
            throws InterruptedException {
        HandOut handOut = new HandOut(plugins, agent, wanted.bootTimeout());
        while (true) {
            WaitingMachine waiting = pools.take(kind, wanted).orElseThrow(() -> miss(kind, wanted));
            boolean complete = false;
            try {
                Vm vm = handOut.run(waiting, hypervisor, wanted.owner());
                complete = true;
                return vm;
            } catch (RuntimeException e) {
                counts.add(Counts.Event.DEAD, wanted.hypervisor());
                LOG.warn("Machine {} is of no use and is ended", waiting.machine().id(), e);
                if (!handOut.hasTime()) {
                    throw e;
                }
            } finally {
                if (!complete) {
                    endings.end(waiting);
                }
            }
        }
    }

    private UnavailableException miss(MachineClass kind, HypervisorConfig wanted) {
        counts.add(Counts.Event.MISS, wanted.hypervisor());
        return new UnavailableException(
                "no machine is waiting for %s: %s".formatted(wanted.owner(), pools.shortage(kind)));
    }

    @Override
    public List<VmPool> list() {
        return pools.list();
    }

    @Override
    public void resize(String poolId, int target) {
        pools.resize(poolId, target);
    }

    @Override
    public void drain(String poolId) {
        pools.drain(poolId);
    }

    @Override
    public List<Metric> metrics() {
        return counts.metrics(pools.list());
    }
}
