package io.sunaba.shell;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Template;
import io.sunaba.factory.Templates;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.VmPools;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.PlatformMetrics;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.cache.CacheCommands;
import io.sunaba.shell.cache.PoolStatus;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.container.ContainerCommands;
import io.sunaba.shell.events.EventsCommand;
import io.sunaba.shell.format.Formats;
import io.sunaba.shell.format.JsonCommand;
import io.sunaba.shell.help.HelpCommand;
import io.sunaba.shell.plugin.Plugins;
import io.sunaba.shell.sandbox.MetricsCommand;
import io.sunaba.shell.sandbox.SandboxCommands;
import io.sunaba.shell.storage.StorageCommands;
import io.sunaba.shell.template.TemplateCommands;
import io.sunaba.shell.top.TopCommand;
import io.sunaba.storage.Storages;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/// Registers the commands, and what goes with them: formats, and the diagnosis of a failed start.
///
/// Commands stay when the API goes away for a while; they fail then and say why.
@Component(service = Commands.class, immediate = true)
public final class Commands {
    private final List<Command> commands = new ArrayList<>();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final Map<VmPools, String> pools = new ConcurrentHashMap<>();
    private final CacheCommands cacheCommands = new CacheCommands(this::poolsByName);

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Sandboxes sandboxes;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable PlatformMetrics metrics;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Storages storages;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable OciBundles bundles;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Templates templates;

    @Activate
    public Commands(BundleContext context, @Reference ServiceComponentRuntime components) {
        Formats formats = new Formats();
        Plugins plugins = new Plugins(context, components);
        commands.addAll(new SandboxCommands(this::requireSandboxes, this::requireBundles).list());
        commands.add(MetricsCommand.of(this::requireSandboxes, this::requireMetrics));
        commands.add(EventsCommand.of(this::requireSandboxes));
        commands.add(TopCommand.of(this::requireSandboxes));
        commands.addAll(new ContainerCommands(this::requireSandboxes, this::requireBundles).list());
        commands.addAll(
                new TemplateCommands(this::requireTemplates, this::requireSandboxes).list());
        commands.addAll(new StorageCommands(context, this::requireStorages).list());
        commands.addAll(cacheCommands.list());
        commands.add(
                new Command(
                        new Syntax("plugin", "list", "List the plugins and what ails them"),
                        _ -> plugins.list()));
        commands.add(JsonCommand.of(formats));
        commands.add(HelpCommand.of(() -> commands));

        registrations.add(context.registerService(Converter.class, formats, null));
        for (Command command : commands) {
            registrations.add(
                    context.registerService(
                            new String[] {Function.class.getName(), Command.class.getName()},
                            command,
                            properties(command)));
        }
        // The launcher asks these when the platform does not get ready.
        Dictionary<String, ?> diagnosis =
                FrameworkUtil.asDictionary(Map.of("sunaba.diagnosis", "components"));
        Supplier<List<String>> problems = plugins::problems;
        registrations.add(context.registerService(Supplier.class, problems, diagnosis));
        java.util.function.Function<String, @Nullable String> failure = plugins::failure;
        registrations.add(
                context.registerService(java.util.function.Function.class, failure, diagnosis));
    }

    @Deactivate
    public void close() {
        registrations.forEach(ServiceRegistration::unregister);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addPools(VmPools added, Map<String, Object> properties) {
        pools.put(added, String.valueOf(properties.get(VmFactory.NAME)));
    }

    void removePools(VmPools removed) {
        pools.remove(removed);
    }

    private Map<String, VmPools> poolsByName() {
        return pools.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey, (one, _) -> one));
    }

    /// Returns what operands other than sandboxes and containers stand for, and what there is.
    public Map<String, Supplier<List<String>>> operands() {
        return Map.of(
                "POOL",
                () -> cacheCommands.pools().stream().map(PoolStatus::id).toList(),
                "TEMPLATE",
                this::templateIds);
    }

    /// Returns the API, or null while it is away.
    public @Nullable Sandboxes findSandboxes() {
        return sandboxes;
    }

    private List<String> templateIds() {
        Templates current = templates;
        return current == null ? List.of() : current.list().stream().map(Template::id).toList();
    }

    /// Returns the commands.
    public List<Command> list() {
        return List.copyOf(commands);
    }

    private Sandboxes requireSandboxes() {
        Sandboxes current = sandboxes;
        if (current == null) {
            throw new UnavailableException(
                    "the sandbox API is not there just now; plugin:list shows what is missing");
        }
        return current;
    }

    private Storages requireStorages() {
        Storages current = storages;
        if (current == null) {
            throw new UnavailableException(
                    "the records are not there just now; plugin:list shows what is missing");
        }
        return current;
    }

    private Templates requireTemplates() {
        Templates current = templates;
        if (current == null) {
            throw new UnavailableException(
                    "no VM factory has templates just now; plugin:list shows what is missing");
        }
        return current;
    }

    private PlatformMetrics requireMetrics() {
        PlatformMetrics current = metrics;
        if (current == null) {
            throw new UnavailableException(
                    "metrics are not there just now; plugin:list shows what is missing");
        }
        return current;
    }

    private OciBundles requireBundles() {
        OciBundles current = bundles;
        if (current == null) {
            throw new UnavailableException(
                    "nobody reads OCI bundles just now: the bundle io.sunaba.oci is not active");
        }
        return current;
    }

    private static Dictionary<String, Object> properties(Command command) {
        return FrameworkUtil.asDictionary(
                Map.of(
                        CommandProcessor.COMMAND_SCOPE, command.syntax().scope(),
                        CommandProcessor.COMMAND_FUNCTION, command.syntax().name()));
    }
}
