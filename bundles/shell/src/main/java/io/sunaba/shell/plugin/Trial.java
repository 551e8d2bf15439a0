package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/// Looks whether a bundle would find all that it needs: it is installed beside what is there, not
/// started, and uninstalled.
final class Trial {
    private static final String RESOLUTION = "resolution";
    private static final String FILTER = "filter";

    private final BundleContext context;
    private final FrameworkWiring wiring;

    Trial(BundleContext context) {
        this.context = requireNonNull(context, "context is null");
        this.wiring =
                requireNonNull(
                        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                                .adapt(FrameworkWiring.class),
                        "the framework wires nothing");
    }

    /// @throws RejectedException if something is missing; says what
    void run(BundleFile file) {
        Bundle trial = null;
        try {
            trial = context.installBundle("trial:" + file.file(), file.open());
            List<String> missing = missing(trial);
            // A singleton does not resolve beside the one that it is to replace.
            if (!missing.isEmpty()
                    || (!isSingleton(trial) && !wiring.resolveBundles(List.of(trial)))) {
                throw new RejectedException(
                        "%s would not find what it needs: %s"
                                .formatted(
                                        file.source(),
                                        missing.isEmpty()
                                                ? "its requirements exclude each other"
                                                : String.join(", ", missing)));
            }
        } catch (BundleException e) {
            throw new RejectedException(
                    "%s cannot be installed: %s".formatted(file.source(), e.getMessage()), e);
        } finally {
            uninstall(trial);
        }
    }

    private static boolean isSingleton(Bundle trial) {
        String name = trial.getHeaders().get(Constants.BUNDLE_SYMBOLICNAME);
        return name.replace(" ", "").contains(Constants.SINGLETON_DIRECTIVE + ":=true");
    }

    private List<String> missing(Bundle trial) {
        BundleRevision revision = trial.adapt(BundleRevision.class);
        List<String> missing = new ArrayList<>();
        if (revision != null) {
            for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
                boolean needed =
                        !Constants.RESOLUTION_OPTIONAL.equals(
                                requirement.getDirectives().get(RESOLUTION));
                if (needed && wiring.findProviders(requirement).isEmpty()) {
                    missing.add(
                            requirement.getNamespace()
                                    + " "
                                    + requirement.getDirectives().get(FILTER));
                }
            }
        }
        return missing;
    }

    private static void uninstall(@Nullable Bundle trial) {
        if (trial == null) {
            return;
        }
        try {
            trial.uninstall();
        } catch (BundleException e) {
            throw new RejectedException("the trial of a bundle stays: " + e.getMessage(), e);
        }
    }
}
