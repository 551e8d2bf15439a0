package io.sunaba.core.factory;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Boots a machine when it is asked for one.
public final class NewVmFactory implements VmFactory {
    private static final Logger LOG = LoggerFactory.getLogger(NewVmFactory.class);

    private final Supplier<CoreConfig> config;
    private final Plugins plugins;

    /// @param config returns the configuration in force
    public NewVmFactory(Supplier<CoreConfig> config, Plugins plugins) {
        this.config = requireNonNull(config, "config is null");
        this.plugins = requireNonNull(plugins, "plugins is null");
    }

    @Override
    public Vm newVm(HypervisorConfig wanted) throws InterruptedException {
        long begun = System.nanoTime();
        Vm vm =
                ColdBoot.boot(
                        plugins.require(Kind.HYPERVISOR, wanted.hypervisor()),
                        plugins.require(Kind.AGENT, config.get().defaultAgent()),
                        wanted);
        LOG.info(
                "Machine {} of {} booted in {} ms",
                vm.machine().id(),
                wanted.owner(),
                (System.nanoTime() - begun) / 1_000_000);
        return vm;
    }
}
