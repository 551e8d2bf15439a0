package io.sunaba.factory.template;

import io.sunaba.agent.Agent;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Template;
import io.sunaba.factory.TemplateState;
import io.sunaba.factory.Templates;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.Calls;
import io.sunaba.factory.support.Ending;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.Plugins;
import io.sunaba.factory.support.RegisteredPlugins;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.metrics.Metric;
import io.sunaba.metrics.MetricSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
/// A clone of a smaller template grows to what is wanted, where the hypervisor can do that. A
/// request of a class without a template fails at once, and the template is made meanwhile; so does
/// one whose template turns out to be damaged.
@Component(
        service = {VmFactory.class, Templates.class, MetricSource.class},
        configurationPid = TemplateFactory.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = VmFactory.NAME + "=" + TemplateFactory.TEMPLATE)
@Designate(ocd = TemplateSettings.class)
public final class TemplateFactory implements VmFactory, Templates, MetricSource {
    static final String PID = "io.sunaba.factory.template";
    static final String TEMPLATE = "template";

    private static final Logger LOG = LoggerFactory.getLogger(TemplateFactory.class);

    /// Clones take some hundred milliseconds.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TemplateConfig config;
    private final Plugins plugins;
    private final Runnable closePlugins;
    private final TemplateStore store;
    private final TemplateMetrics metrics = new TemplateMetrics();
    private final Builds builds;
    private final Calls calls = new Calls("VM factory " + TEMPLATE);

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
        this.builds = new Builds(plugins, config, store, ownership, metrics);
    }

    /// Lets requests finish that are nearly served, and gives up templates that are being made.
    @Deactivate
    public void close() {
        if (!calls.close(PATIENCE)) {
            LOG.warn("Some requests for machines are cut off");
        }
        builds.close();
        closePlugins.run();
    }

    // ---- VmFactory -----------------------------------------------------------------------------

    @Override
    public Vm newVm(HypervisorConfig wanted) throws InterruptedException {
        requirePrivate(wanted);
        try (Calls.Call _ = calls.begin()) {
            Hypervisor hypervisor = plugins.hypervisor(wanted.hypervisor());
            HypervisorCapabilities capabilities = capabilities(hypervisor, wanted);
            MachineClass kind = MachineClass.of(wanted, capabilities);
            Optional<TemplateRecord> template =
                    store.find(kind).or(() -> Growth.from(store.list(), wanted, capabilities));
            if (template.isEmpty()) {
                metrics.missed();
                throw builds.begin(kind, wanted);
            }
            return clone(hypervisor, template.get(), wanted);
        }
    }

    private static void requirePrivate(HypervisorConfig wanted) {
        if (wanted.sharedMemory()) {
            throw new RejectedException(
                    "the machine of %s cannot be a clone: directories are to be shared with it, and nobody else can map a clone's memory"
                            .formatted(wanted.owner()));
        }
    }

    private Vm clone(Hypervisor hypervisor, TemplateRecord template, HypervisorConfig wanted)
            throws InterruptedException {
        long begun = System.nanoTime();
        HypervisorConfig sized = template.sized(wanted);
        Vm vm;
        try {
            vm =
                    new Clone(hypervisor, plugins.agent(config.agent()), store.state(template))
                            .make(sized);
        } catch (RejectedException | TimedOutException e) {
            LOG.warn("Template {} is of no use and is made anew", template.id(), e);
            metrics.cloneFailed();
            store.delete(template);
            builds.begin(template.kind(), sized);
            throw new UnavailableException(
                    "template %s is of no use and is made anew".formatted(template.id()), e);
        } catch (SunabaException e) {
            metrics.cloneFailed();
            throw e;
        }
        builds.proven(template);
        grow(vm, template, wanted);
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        metrics.cloned(time);
        LOG.info(
                "Machine {} of {} cloned in {} ms",
                vm.machine().id(),
                wanted.owner(),
                time.toMillis());
        return vm;
    }

    private void grow(Vm vm, TemplateRecord template, HypervisorConfig wanted)
            throws InterruptedException {
        try {
            Growth.of(vm, template, wanted);
        } catch (RuntimeException | InterruptedException | Error failure) {
            metrics.cloneFailed();
            try (Agent _ = vm.agent()) {
                Ending.of(vm.machine(), failure);
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private static HypervisorCapabilities capabilities(
            Hypervisor hypervisor, HypervisorConfig wanted) throws InterruptedException {
        HypervisorCapabilities capabilities = hypervisor.capabilities();
        if (!capabilities.abilities().contains(SnapshotRestore.class)) {
            throw new RejectedException(
                    "hypervisor '%s' has no templates: it does not restore machines"
                            .formatted(wanted.hypervisor()));
        }
        return capabilities;
    }

    // ---- Templates -----------------------------------------------------------------------------

    @Override
    public List<Template> list() {
        List<Template> templates = new ArrayList<>();
        // One that is completed in between is there twice rather than not at all.
        builds.planned().forEach(it -> templates.add(it.in(TemplateState.MAKING)));
        for (TemplateRecord template : store.list()) {
            templates.removeIf(making -> making.id().equals(template.id()));
            templates.add(template.in(TemplateState.READY));
        }
        templates.sort(Comparator.comparing(Template::createdAt).thenComparing(Template::id));
        return templates;
    }

    @Override
    public Template create(HypervisorConfig wanted) throws InterruptedException {
        requirePrivate(wanted);
        MachineClass kind;
        try (Calls.Call _ = calls.begin()) {
            kind =
                    MachineClass.of(
                            wanted, capabilities(plugins.hypervisor(wanted.hypervisor()), wanted));
            Optional<TemplateRecord> there = store.find(kind);
            if (there.isPresent()) {
                return there.get().in(TemplateState.READY);
            }
        }
        return builds.make(kind, wanted).in(TemplateState.READY);
    }

    @Override
    public void delete(String templateId) {
        try (Calls.Call _ = calls.begin()) {
            boolean made = builds.cancel(templateId);
            boolean there = find(templateId).filter(store::delete).isPresent();
            if (!made && !there) {
                throw missing(templateId);
            }
            LOG.info("Template {} removed", templateId);
        }
    }

    @Override
    public void verify(String templateId) throws InterruptedException {
        try (Calls.Call _ = calls.begin()) {
            TemplateRecord template = find(templateId).orElseThrow(() -> missing(templateId));
            try {
                plugins.hypervisor(template.kind().hypervisor())
                        .ability(SnapshotRestore.class)
                        .verify(store.state(template));
            } catch (RejectedException e) {
                store.delete(template);
                LOG.warn("Template {} is damaged and removed", templateId, e);
                throw e;
            }
        }
    }

    private Optional<TemplateRecord> find(String templateId) {
        return store.list().stream()
                .filter(template -> template.id().equals(templateId))
                .findFirst();
    }

    private static NotFoundException missing(String templateId) {
        return new NotFoundException("there is no template '%s'".formatted(templateId));
    }

    // ---- MetricSource --------------------------------------------------------------------------

    @Override
    public List<Metric> metrics() {
        return metrics.metrics(store.list().size(), builds.planned().size());
    }
}
