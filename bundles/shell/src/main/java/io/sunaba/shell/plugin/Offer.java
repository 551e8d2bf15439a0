package io.sunaba.shell.plugin;

import io.sunaba.hypervisor.Hypervisor;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/// A service of this platform that a bundle offers.
///
/// @param type its interface
/// @param name the plugin's name, or null if it is none
record Offer(String type, @Nullable String name) {
    private static final String OURS = "io.sunaba.";

    /// Returns what a bundle offers that works, and is taken up: a component may fail when it is
    /// first wanted.
    static Set<Offer> of(Bundle bundle, BundleContext context) {
        Set<Offer> offers = new HashSet<>();
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        if (services == null) {
            return offers;
        }
        for (ServiceReference<?> service : services) {
            if (works(service, context) && TakenUp.byCore(service, context)) {
                String name = Objects.toString(service.getProperty(Hypervisor.NAME), null);
                for (String type : (String[]) service.getProperty(Constants.OBJECTCLASS)) {
                    if (type.startsWith(OURS)) {
                        offers.add(new Offer(type, name));
                    }
                }
            }
        }
        return offers;
    }

    private static boolean works(ServiceReference<?> service, BundleContext context) {
        try {
            return context.getService(service) != null;
        } finally {
            context.ungetService(service);
        }
    }

    @Override
    public String toString() {
        return type.substring(type.lastIndexOf('.') + 1) + (name == null ? "" : " " + name);
    }
}
