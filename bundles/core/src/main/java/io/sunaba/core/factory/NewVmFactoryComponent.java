package io.sunaba.core.factory;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.CoreSettings;
import io.sunaba.core.plugin.Arrivals;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/// The VM factory `new`: brings its configuration and plugins together.
@Component(
        name = "io.sunaba.core.factory.new",
        service = VmFactory.class,
        property = VmFactory.NAME + "=new",
        configurationPid = CoreConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class NewVmFactoryComponent implements VmFactory {
    private final Arrivals arrivals;
    private final NewVmFactory factory;
    private volatile CoreConfig config;

    @Activate
    public NewVmFactoryComponent(CoreSettings settings, BundleContext context) {
        config = CoreConfig.of(settings);
        Plugins plugins =
                new Plugins(
                        () -> config.pluginGrace(), () -> config.pluginTimeout(), this::absence);
        arrivals = new Arrivals(context, plugins, () -> config.pluginTimeout());
        factory = new NewVmFactory(() -> config, plugins);
    }

    /// The plugins that are there come before the service does.
    @Activate
    void activate() {
        arrivals.await();
    }

    private Optional<String> absence(Kind<?> kind, String name) {
        return arrivals.reason(kind, name);
    }

    @Modified
    void modified(CoreSettings settings) {
        config = CoreConfig.of(settings);
    }

    @Override
    public Vm newVm(HypervisorConfig wanted) throws InterruptedException {
        return factory.newVm(wanted);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHypervisor(ServiceReference<Hypervisor> reference) {
        arrivals.come(Kind.HYPERVISOR, reference);
    }

    void removeHypervisor(ServiceReference<Hypervisor> reference) {
        arrivals.go(Kind.HYPERVISOR, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addAgentDriver(ServiceReference<AgentDriver> reference) {
        arrivals.come(Kind.AGENT, reference);
    }

    void removeAgentDriver(ServiceReference<AgentDriver> reference) {
        arrivals.go(Kind.AGENT, reference);
    }
}
