package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.command.UsageException;
import io.sunaba.storage.Storages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/// The command `plugin:use`: another default of a kind of plugin, from now on and after a restart.
public final class UsePlugin {
    private static final String STORAGE = "storage";
    private static final List<String> KINDS = List.of("hypervisor", STORAGE, "factory", "agent");

    /// The core's configuration.
    private static final String PID = "io.sunaba.core";

    /// How long an edited file may take to be noticed and taken up.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final Plugins plugins;
    private final Supplier<Storages> storages;

    private UsePlugin(
            BundleContext context,
            ServiceComponentRuntime components,
            Plugins plugins,
            Supplier<Storages> storages) {
        this.context = requireNonNull(context, "context is null");
        this.components = requireNonNull(components, "components is null");
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.storages = requireNonNull(storages, "storages is null");
    }

    /// @param storages gives the records, or fails if they are not there just now
    public static Command command(
            BundleContext context,
            ServiceComponentRuntime components,
            Plugins plugins,
            Supplier<Storages> storages) {
        UsePlugin use = new UsePlugin(context, components, plugins, storages);
        return new Command(
                new Syntax(
                        "plugin",
                        "use",
                        "Make a plugin the default of its kind (hypervisor, storage, factory, agent),"
                                + " for what is created from now on; all records move to another"
                                + " storage",
                        "KIND",
                        "NAME"),
                use::use);
    }

    private String use(Call call) throws InterruptedException {
        String kind = call.arguments().operand(0);
        String name = call.arguments().operand(1);
        if (!KINDS.contains(kind)) {
            throw new UsageException(
                    "there is no kind of plugin '%s'; there are %s"
                            .formatted(kind, String.join(", ", KINDS)));
        }
        requirePlugin(kind, name);
        if (kind.equals(STORAGE)) {
            storages.get().use(name);
            return "the records are in storage " + name;
        }
        String key = "default." + kind;
        Path file =
                Path.of(requireNonNull(context.getProperty("sunaba.home"), "sunaba.home"))
                        .resolve("etc")
                        .resolve(PID + ".cfg");
        new PropertyFile(file).set(key, name);
        awaitInForce(key, name, file);
        return "%s = %s".formatted(key, name);
    }

    private void requirePlugin(String kind, String name) {
        List<String> names =
                plugins.list().stream()
                        .filter(plugin -> kind.equals(plugin.kind()))
                        .filter(plugin -> plugin.state().equals("active"))
                        .map(plugin -> Objects.toString(plugin.name()))
                        .distinct()
                        .toList();
        if (!names.contains(name)) {
            throw new NotFoundException(
                    "there is no %s plugin '%s'; there is %s"
                            .formatted(
                                    kind,
                                    name,
                                    names.isEmpty()
                                            ? "none"
                                            : names.stream().collect(Collectors.joining(", "))));
        }
    }

    private void awaitInForce(String key, String value, Path file) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!inForce(key, value)) {
            if (System.nanoTime() > until) {
                throw new UnavailableException(
                        "%s = %s is written to %s and not taken up within %d s; the log tells why"
                                .formatted(key, value, file, PATIENCE.toSeconds()));
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private boolean inForce(String key, String value) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> component.name.equals(PID))
                .flatMap(component -> components.getComponentConfigurationDTOs(component).stream())
                .anyMatch(configuration -> value.equals(configuration.properties.get(key)));
    }
}
