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
    private final ServiceTracker<Hypervisor, LazyService<Hypervisor>> hypervisors;
    private final ServiceTracker<AgentDriver, LazyService<AgentDriver>> agents;
    private final ServiceTracker<VmFactory, LazyService<VmFactory>> factories;

    /// @param self the name of the factory that asks, which is not to find itself
    /// @param came is told of each hypervisor that is there or comes, on a thread of its own
    public RegisteredPlugins(BundleContext context, String self, Consumer<Hypervisor> came) {
        requireNonNull(came, "came is null");
        hypervisors =
                tracker(
                        context,
                        all(Hypervisor.class),
                        it -> Thread.ofPlatform().daemon().start(() -> it.find().ifPresent(came)));
        agents = tracker(context, all(AgentDriver.class), _ -> {});
        factories = tracker(context, others(self), _ -> {});
        hypervisors.open();
        agents.open();
        factories.open();
    }

    /// Gets no service before it is wanted: one whose activation hangs is nothing to the others.
    private static <S> ServiceTracker<S, LazyService<S>> tracker(
            BundleContext context, Filter filter, Consumer<LazyService<S>> came) {
        return new ServiceTracker<>(context, filter, null) {
            @Override
            public LazyService<S> addingService(ServiceReference<S> reference) {
                LazyService<S> service = new LazyService<>(context, reference);
                came.accept(service);
                return service;
            }

            @Override
            public void removedService(ServiceReference<S> reference, LazyService<S> service) {
                service.release();
            }
        };
    }

    private static Filter all(Class<?> type) {
        return filter("(objectClass=%s)".formatted(type.getName()));
    }

    /// A factory that builds on itself would never end.
    private static Filter others(String self) {
        return filter(
                "(&(objectClass=%s)(!(%s=%s)))"
                        .formatted(VmFactory.class.getName(), VmFactory.NAME, self));
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

    private static <S> S require(
            String kind, String property, String name, ServiceTracker<S, LazyService<S>> tracker) {
        return tracker.getTracked().entrySet().stream()
                .filter(entry -> name.equals(entry.getKey().getProperty(property)))
                .max(Map.Entry.<ServiceReference<S>, LazyService<S>>comparingByKey())
                .flatMap(entry -> entry.getValue().find())
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
