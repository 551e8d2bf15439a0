package io.sunaba.factory.support;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/// A service that is got when it is first wanted. Two factories that look for each other while they
/// are activated would be a cycle, and neither would find the other.
final class LazyService<S> {
    private final BundleContext context;
    private final ServiceReference<S> reference;
    private @Nullable S service;
    private boolean released;

    LazyService(BundleContext context, ServiceReference<S> reference) {
        this.context = requireNonNull(context, "context is null");
        this.reference = requireNonNull(reference, "reference is null");
    }

    /// Returns the service, or nothing if it has gone.
    Optional<S> find() {
        synchronized (this) {
            if (service != null || released) {
                return Optional.ofNullable(service);
            }
        }
        // Without a lock: this activates the one who serves, who may be about to be deactivated.
        S got = context.getService(reference);
        if (got != null && !take(got)) {
            context.ungetService(reference);
        }
        return Optional.ofNullable(got);
    }

    private synchronized boolean take(S got) {
        if (service != null || released) {
            return false;
        }
        service = got;
        return true;
    }

    void release() {
        if (drop()) {
            context.ungetService(reference);
        }
    }

    private synchronized boolean drop() {
        boolean held = service != null;
        released = true;
        service = null;
        return held;
    }
}
