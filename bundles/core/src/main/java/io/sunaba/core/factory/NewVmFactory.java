package io.sunaba.core.factory;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.CoreSettings;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The VM factory `new`: boots a machine when it is asked for one.
@Component(
        name = "io.sunaba.core.factory.new",
        service = VmFactory.class,
        property = VmFactory.NAME + "=new",
        configurationPid = CoreConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class NewVmFactory implements VmFactory {
    private static final Logger LOG = LoggerFactory.getLogger(NewVmFactory.class);

    private final Plugins plugins = new Plugins(() -> this.config.pluginGrace());
    private volatile CoreConfig config;

    @Activate
    public NewVmFactory(CoreSettings settings) {
        this(CoreConfig.of(settings));
    }

    public NewVmFactory(CoreConfig config) {
        this.config = config;
    }

    @Modified
    void modified(CoreSettings settings) {
        config = CoreConfig.of(settings);
    }

    @Override
    public Vm newVm(HypervisorConfig wanted) throws InterruptedException {
        long begun = System.nanoTime();
        Vm vm =
                ColdBoot.boot(
                        plugins.require(Kind.HYPERVISOR, wanted.hypervisor()),
                        plugins.require(Kind.AGENT, config.defaultAgent()),
                        wanted);
        LOG.info(
                "Machine {} of {} booted in {} ms",
                vm.machine().id(),
                wanted.owner(),
                (System.nanoTime() - begun) / 1_000_000);
        return vm;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addHypervisor(Hypervisor hypervisor, Map<String, ?> properties) {
        plugins.add(Kind.HYPERVISOR, hypervisor, properties);
    }

    public void removeHypervisor(Hypervisor hypervisor) {
        plugins.remove(Kind.HYPERVISOR, hypervisor);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addAgentDriver(AgentDriver driver, Map<String, ?> properties) {
        plugins.add(Kind.AGENT, driver, properties);
    }

    public void removeAgentDriver(AgentDriver driver) {
        plugins.remove(Kind.AGENT, driver);
    }
}
