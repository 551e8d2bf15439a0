package io.sunaba.shell.plugin;

import io.sunaba.storage.MetadataStorage;
import java.util.Arrays;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/// Whether the core has taken up a storage: it refuses one that holds other records under the name
/// of the one in use.
final class TakenUp {
    private static final String CORE = "io.sunaba.core";

    private TakenUp() {}

    /// Tells whether the core uses a service. Of what is no storage, and while there is no core,
    /// all is said to be used.
    static boolean byCore(ServiceReference<?> service, BundleContext context) {
        List<String> types = List.of((String[]) service.getProperty(Constants.OBJECTCLASS));
        return !types.contains(MetadataStorage.class.getName())
                || Arrays.stream(context.getBundles()).noneMatch(TakenUp::isCore)
                || isUsedByCore(service);
    }

    private static boolean isUsedByCore(ServiceReference<?> service) {
        Bundle[] users = service.getUsingBundles();
        return users != null && Arrays.stream(users).anyMatch(TakenUp::isCore);
    }

    private static boolean isCore(Bundle bundle) {
        return CORE.equals(bundle.getSymbolicName()) && bundle.getState() == Bundle.ACTIVE;
    }
}
