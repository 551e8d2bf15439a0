package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.configuration.ConfigurationFiles;
import io.sunaba.configuration.ConfigurationProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/// The configuration files that are in error.
final class InvalidFiles {
    private final BundleContext context;

    InvalidFiles(BundleContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /// Returns what is wrong with the files for some configurations, or null if nothing is.
    @Nullable String problem(String... pids) {
        return problems().stream()
                .filter(problem -> List.of(pids).contains(problem.pid()))
                .map(ConfigurationProblem::message)
                .findFirst()
                .orElse(null);
    }

    /// Returns them as what ails the platform.
    List<PluginStatus> statuses() {
        ServiceReference<?> reference = context.getServiceReference(ConfigurationFiles.class);
        Bundle bundle = reference == null ? null : reference.getBundle();
        if (bundle == null) {
            return List.of();
        }
        return problems().stream()
                .map(problem ->
                        new PluginStatus(
                                "configuration",
                                problem.pid(),
                                bundle.getSymbolicName(),
                                bundle.getVersion().toString(),
                                problem.message()))
                .toList();
    }

    private List<ConfigurationProblem> problems() {
        ServiceReference<ConfigurationFiles> reference =
                context.getServiceReference(ConfigurationFiles.class);
        ConfigurationFiles files = reference == null ? null : context.getService(reference);
        if (files == null) {
            return List.of();
        }
        try {
            return files.problems();
        } finally {
            context.ungetService(reference);
        }
    }
}
