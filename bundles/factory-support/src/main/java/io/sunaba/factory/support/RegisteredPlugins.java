package io.sunaba.factory.support;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.AgentDriver;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import java.util.Map;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/// The plugins in the service registry, where they come and go at any time.
public final class RegisteredPlugins implements Plugins, AutoCloseable {
    private final ServiceTracker<Hypervisor, Hypervisor> hypervisors;
    private final ServiceTracker<AgentDriver, AgentDriver> agents;
    private final ServiceTracker<VmFactory, LazyService<VmFactory>> factories;

    /// @param self the name of the factory that asks, which is not to find itself
    /// @param came is told of each hypervisor that is there or comes, on a thread of its own
    public RegisteredPlugins(BundleContext context, String self, Consumer<Hypervisor> came) {
        requireNonNull(came, "came is null");
        hypervisors =
                new ServiceTracker<>(context, Hypervisor.class, null) {
                    @Override
                    public Hypervisor addingService(ServiceReference<Hypervisor> reference) {
                        Hypervisor hypervisor = super.addingService(reference);
                        Thread.startVirtualThread(() -> came.accept(hypervisor));
                        return hypervisor;
                    }
                };
        agents = new ServiceTracker<>(context, AgentDriver.class, null);
        factories =
                new ServiceTracker<>(context, others(self), null) {
                    @Override
                    public LazyService<VmFactory> addingService(
                            ServiceReference<VmFactory> reference) {
                        return new LazyService<>(context, reference);
                    }

                    @Override
                    public void removedService(
                            ServiceReference<VmFactory> reference, LazyService<VmFactory> service) {
                        service.release();
                    }
                };
        hypervisors.open();
        agents.open();
        factories.open();
    }

    /// A factory that builds on itself would never end.
    private static Filter others(String self) {
        String text =
                "(&(objectClass=%s)(!(%s=%s)))"
                        .formatted(VmFactory.class.getName(), VmFactory.NAME, self);
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
        return require("factory", VmFactory.NAME, name, factories)
                .find()
                .orElseThrow(() -> missing("factory", name));
    }

    private static <S, T> T require(
            String kind, String property, String name, ServiceTracker<S, T> tracker) {
        return tracker.getTracked().entrySet().stream()
                .filter(entry -> name.equals(entry.getKey().getProperty(property)))
                .max(Map.Entry.<ServiceReference<S>, T>comparingByKey())
                .map(Map.Entry::getValue)
                .orElseThrow(() -> missing(kind, name));
    }

    private static UnavailableException missing(String kind, String name) {
        return new UnavailableException(
                "there is no %s plugin '%s' just now".formatted(kind, name));
    }

    @Override
    public void close() {
        factories.close();
        agents.close();
        hypervisors.close();
    }
}
