package io.sunaba.factory.template;

import io.sunaba.agent.AgentDriver;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/// The plugins in the service registry, where they come and go at any time.
final class RegisteredPlugins implements Plugins, AutoCloseable {
    /// To ask for oneself while one is activated would be a cycle.
    private static final Filter OTHER_FACTORIES =
            filter(
                    "(&(objectClass=%s)(!(%s=%s)))"
                            .formatted(
                                    VmFactory.class.getName(),
                                    VmFactory.NAME,
                                    TemplateFactory.TEMPLATE));

    private final ServiceTracker<Hypervisor, Hypervisor> hypervisors;
    private final ServiceTracker<AgentDriver, AgentDriver> agents;
    private final ServiceTracker<VmFactory, VmFactory> factories;

    RegisteredPlugins(BundleContext context) {
        hypervisors = new ServiceTracker<>(context, Hypervisor.class, null);
        agents = new ServiceTracker<>(context, AgentDriver.class, null);
        factories = new ServiceTracker<>(context, OTHER_FACTORIES, null);
        hypervisors.open();
        agents.open();
        factories.open();
    }

    private static Filter filter(String text) {
        try {
            return FrameworkUtil.createFilter(text);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public Hypervisor hypervisor(String name) {
        return require("hypervisor", Hypervisor.NAME, name, hypervisors);
    }

    @Override
    public AgentDriver agent(String name) {
        return require("agent", AgentDriver.NAME, name, agents);
    }

    @Override
    public VmFactory factory(String name) {
        return require("factory", VmFactory.NAME, name, factories);
    }

    private static <T> T require(
            String kind, String property, String name, ServiceTracker<T, T> tracker) {
        return tracker.getTracked().entrySet().stream()
                .filter(entry -> name.equals(entry.getKey().getProperty(property)))
                .max(Map.Entry.<ServiceReference<T>, T>comparingByKey())
                .map(Map.Entry::getValue)
                .orElseThrow(() ->
                        new UnavailableException(
                                "there is no %s plugin '%s' just now".formatted(kind, name)));
    }

    @Override
    public void close() {
        factories.close();
        agents.close();
        hypervisors.close();
    }
}
