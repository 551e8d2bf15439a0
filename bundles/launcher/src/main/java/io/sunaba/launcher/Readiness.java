package io.sunaba.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/// Waits for the services without which the platform is of no use.
final class Readiness {
    /// With this property a [Supplier] tells what is wrong, a line each, and a [Function] why the
    /// component that would provide a service has failed, if it has.
    private static final String DIAGNOSIS = "sunaba.diagnosis";

    /// How often it is asked for a failure that waiting does not mend.
    private static final long LOOK_NANOS = 500_000_000L;

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
            long left = deadline - System.nanoTime();
            if (!changes.tryAcquire(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                for (String type : missing()) {
                    String failure = failure(type);
                    if (failure != null) {
                        throw new StartException(failure);
                    }
                }
                if (left <= 0) {
                    throw new StartException(complaint(timeout));
                }
            }
        }
    }

    private List<String> missing() {
        return required.stream().filter(type -> !isThere(type)).toList();
    }

    /// A service may be registered before its component is tried, and fails then.
    private boolean isThere(String type) {
        ServiceReference<?> reference = context.getServiceReference(type);
        if (reference == null) {
            return false;
        }
        boolean there = context.getService(reference) != null;
        context.ungetService(reference);
        return there;
    }

    private String complaint(Duration timeout) {
        List<String> reasons = new ArrayList<>(errors);
        reasons.addAll(problems());
        return "the platform is not ready after %d s, there is no %s%s"
                .formatted(
                        timeout.toSeconds(),
                        String.join(", no ", missing()),
                        reasons.isEmpty() ? "" : ": " + String.join("; ", reasons));
    }

    private @Nullable String failure(String type) {
        // Functions of text are the only ones that bear the property.
        @SuppressWarnings("unchecked")
        Function<String, @Nullable String> function = diagnosis(Function.class);
        return function == null ? null : function.apply(type);
    }

    private List<String> problems() {
        Supplier<?> supplier = diagnosis(Supplier.class);
        return supplier != null && supplier.get() instanceof List<?> lines
                ? lines.stream().map(String::valueOf).toList()
                : List.of();
    }

    private <T> @Nullable T diagnosis(Class<T> type) {
        try {
            return context.getServiceReferences(type, "(" + DIAGNOSIS + "=*)").stream()
                    .findFirst()
                    .map(context::getService)
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is sound", e);
        }
    }
}
