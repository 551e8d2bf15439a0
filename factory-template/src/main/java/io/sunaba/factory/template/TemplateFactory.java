package io.sunaba.factory.template;

import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.Plugins;
import io.sunaba.factory.support.RegisteredPlugins;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.SnapshotRestore;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The VM factory `template`: clones machines of one class from one that has booted, whose memory
/// they share until they write to it. Knows no hypervisor: any that saves and restores will do.
///
/// A request of a class without a template is served by the fallback, and a template is made
/// meanwhile; so is one whose template turns out to be damaged.
@Component(
        service = VmFactory.class,
        configurationPid = TemplateFactory.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = VmFactory.NAME + "=" + TemplateFactory.TEMPLATE)
@Designate(ocd = TemplateSettings.class)
public final class TemplateFactory implements VmFactory {
    static final String PID = "io.sunaba.factory.template";
    static final String TEMPLATE = "template";

    private static final Logger LOG = LoggerFactory.getLogger(TemplateFactory.class);

    private final TemplateConfig config;
    private final Plugins plugins;
    private final Runnable closePlugins;
    private final TemplateStore store;
    private final Builds builds;

    @Activate
    public TemplateFactory(BundleContext context, TemplateSettings settings) {
        this(TemplateConfig.of(settings), new Ownership(TEMPLATE), context);
    }

    private TemplateFactory(TemplateConfig config, Ownership ownership, BundleContext context) {
        this(config, ownership, new RegisteredPlugins(context, TEMPLATE, ownership::endAbandoned));
    }

    private TemplateFactory(TemplateConfig config, Ownership ownership, RegisteredPlugins plugins) {
        this(config, ownership, plugins, plugins::close);
    }

    TemplateFactory(
            TemplateConfig config, Ownership ownership, Plugins plugins, Runnable closePlugins) {
        this.config = config;
        this.plugins = plugins;
        this.closePlugins = closePlugins;
        this.store = new TemplateStore(config.directory());
        this.builds = new Builds(plugins, config, store, ownership);
    }

    @Deactivate
    public void close() {
        builds.close();
        closePlugins.run();
    }

    @Override
    public Vm newVm(HypervisorConfig wanted) throws InterruptedException {
        Hypervisor hypervisor = plugins.hypervisor(wanted.hypervisor());
        if (!hypervisor.capabilities().abilities().contains(SnapshotRestore.class)) {
            return fallBack(wanted, "hypervisor " + wanted.hypervisor() + " cannot restore");
        }
        MachineClass kind = MachineClass.of(wanted, hypervisor.capabilities());
        Optional<Path> state = store.find(kind);
        if (state.isEmpty()) {
            builds.begin(kind, wanted);
            return fallBack(wanted, "there is no template of its class yet");
        }
        try {
            return clone(hypervisor, state.get(), wanted);
        } catch (RejectedException e) {
            LOG.warn("Template {} is of no use and is made anew", kind.key(), e);
            store.delete(kind);
            builds.begin(kind, wanted);
            return fallBack(wanted, "its template is of no use");
        } catch (SunabaException e) {
            LOG.warn("No machine for {} from template {}", wanted.owner(), kind.key(), e);
            return fallBack(wanted, "its clone failed");
        }
    }

    private Vm clone(Hypervisor hypervisor, Path state, HypervisorConfig wanted)
            throws InterruptedException {
        long begun = System.nanoTime();
        Vm vm = new Clone(hypervisor, plugins.agent(config.agent()), state).make(wanted);
        LOG.info(
                "Machine {} of {} cloned in {} ms",
                vm.machine().id(),
                wanted.owner(),
                (System.nanoTime() - begun) / 1_000_000);
        return vm;
    }

    private Vm fallBack(HypervisorConfig wanted, String why) throws InterruptedException {
        LOG.info("Factory {} serves {}: {}", config.fallback(), wanted.owner(), why);
        return plugins.factory(config.fallback()).newVm(wanted);
    }

    /// Waits until the template of a class is made, if that is under way.
    void awaitBuild(HypervisorConfig wanted) throws InterruptedException {
        Hypervisor hypervisor = plugins.hypervisor(wanted.hypervisor());
        builds.await(MachineClass.of(wanted, hypervisor.capabilities()));
    }
}
