package io.sunaba.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;

/// Waits for the services without which the platform is of no use.
final class Readiness {
    /// A service of type [Supplier] with this property tells what is wrong, a line each.
    static final String DIAGNOSIS = "sunaba.diagnosis";

    private final BundleContext context;
    private final List<String> required;
    private final Semaphore changes = new Semaphore(0);
    private final List<String> errors = new CopyOnWriteArrayList<>();

    /// Starts to watch. Construct before the bundles start.
    ///
    /// @param required the types of the services, separated by commas
    Readiness(BundleContext context, String required) {
        this.context = context;
        this.required =
                Arrays.stream(required.split(",", -1))
                        .map(String::strip)
                        .filter(type -> !type.isEmpty())
                        .toList();
        context.addServiceListener((AllServiceListener) _ -> changes.release());
        context.addFrameworkListener(event -> {
            if (event.getType() == FrameworkEvent.ERROR) {
                errors.add(
                        event.getBundle().getSymbolicName()
                                + ": "
                                + event.getThrowable().getMessage());
            }
        });
    }

    /// Waits until all services are there.
    ///
    /// @throws StartException if they do not come; the message says which, and why if that is known
    void await(Duration timeout) throws StartException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!missing().isEmpty()) {
            if (!changes.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new StartException(complaint(timeout));
            }
        }
    }

    private List<String> missing() {
        return required.stream().filter(type -> context.getServiceReference(type) == null).toList();
    }

    private String complaint(Duration timeout) {
        List<String> reasons = new ArrayList<>(errors);
        reasons.addAll(diagnosis());
        return "the platform is not ready after %d s, there is no %s%s"
                .formatted(
                        timeout.toSeconds(),
                        String.join(", no ", missing()),
                        reasons.isEmpty() ? "" : ": " + String.join("; ", reasons));
    }

    private List<String> diagnosis() {
        try {
            for (ServiceReference<?> reference :
                    context.getServiceReferences(Supplier.class, "(" + DIAGNOSIS + "=*)")) {
                if (context.getService(reference) instanceof Supplier<?> supplier
                        && supplier.get() instanceof List<?> lines) {
                    return lines.stream().map(String::valueOf).toList();
                }
            }
            return List.of();
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
