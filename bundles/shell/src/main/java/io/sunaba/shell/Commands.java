package io.sunaba.shell;

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
import io.sunaba.shell.device.DeviceCommands;
import io.sunaba.shell.events.EventsCommand;
import io.sunaba.shell.format.Formats;
import io.sunaba.shell.format.JsonCommand;
import io.sunaba.shell.help.HelpCommand;
import io.sunaba.shell.network.NetworkCommands;
import io.sunaba.shell.plugin.InfoCommand;
import io.sunaba.shell.plugin.Plugins;
import io.sunaba.shell.plugin.SwapBundle;
import io.sunaba.shell.plugin.UsePlugin;
import io.sunaba.shell.sandbox.MetricsCommand;
import io.sunaba.shell.sandbox.SandboxCommands;
import io.sunaba.shell.steady.Awaited;
import io.sunaba.shell.steady.SteadySandboxes;
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
import org.apache.felix.gogo.jline.Converters;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
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
    private final Plugins plugins;
    private final CacheCommands cacheCommands = new CacheCommands(this::poolsByName);

    private final Awaited<Sandboxes> sandboxes =
            new Awaited<>(
                    "the sandbox API is not there just now; plugin:list shows what is missing");
    private final Awaited<PlatformMetrics> metrics =
            new Awaited<>("metrics are not there just now; plugin:list shows what is missing");
    private final Awaited<Storages> storages =
            new Awaited<>("the records are not there just now; plugin:list shows what is missing");
    private final Awaited<OciBundles> bundles =
            new Awaited<>(
                    "nobody reads OCI bundles just now: the bundle io.sunaba.oci is not active");
    private final Awaited<Templates> templates =
            new Awaited<>(
                    "no VM factory has templates just now; plugin:list shows what is missing");

    @Activate
    public Commands(BundleContext context, @Reference ServiceComponentRuntime components) {
        Formats formats = new Formats();
        plugins = new Plugins(context, components);
        SteadySandboxes steady = new SteadySandboxes(sandboxes);
        Supplier<Sandboxes> api = () -> steady;
        commands.addAll(new SandboxCommands(api, bundles::require).list());
        commands.add(MetricsCommand.of(api, metrics::require));
        commands.add(EventsCommand.of(api));
        commands.add(TopCommand.of(api));
        commands.addAll(new ContainerCommands(api, bundles::require).list());
        commands.addAll(new DeviceCommands(api).list());
        commands.addAll(new NetworkCommands(api).list());
        commands.addAll(new TemplateCommands(templates::require, api).list());
        commands.addAll(new StorageCommands(context, storages::require).list());
        commands.addAll(cacheCommands.list());
        commands.add(UsePlugin.command(context, components, plugins, storages::require));
        commands.add(
                SwapBundle.command(
                        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext(),
                        components));
        commands.add(
                new Command(
                        new Syntax("plugin", "list", "List the plugins and what ails them"),
                        _ -> plugins.list()));
        commands.add(InfoCommand.command(context, plugins, api, storages::require));
        commands.add(JsonCommand.of(formats));
        commands.add(HelpCommand.of(() -> commands));

        registrations.add(context.registerService(Converter.class, formats, null));
        // The framework's own commands want bundles where people write numbers: felix:stop 7.
        registrations.add(context.registerService(Converter.class, new Converters(context), null));
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

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addSandboxes(Sandboxes added) {
        sandboxes.set(added);
    }

    void removeSandboxes(Sandboxes removed) {
        sandboxes.unset(removed);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addPlatformMetrics(PlatformMetrics added) {
        metrics.set(added);
    }

    void removePlatformMetrics(PlatformMetrics removed) {
        metrics.unset(removed);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addStorages(Storages added) {
        storages.set(added);
    }

    void removeStorages(Storages removed) {
        storages.unset(removed);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addOciBundles(OciBundles added) {
        bundles.set(added);
    }

    void removeOciBundles(OciBundles removed) {
        bundles.unset(removed);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addTemplates(Templates added) {
        templates.set(added);
    }

    void removeTemplates(Templates removed) {
        templates.unset(removed);
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
                this::templateIds,
                "PLUGIN",
                plugins::names);
    }

    /// Returns the API, or null while it is away.
    public @Nullable Sandboxes findSandboxes() {
        return sandboxes.find();
    }

    private List<String> templateIds() {
        Templates current = templates.find();
        return current == null ? List.of() : current.list().stream().map(Template::id).toList();
    }

    /// Returns the commands.
    public List<Command> list() {
        return List.copyOf(commands);
    }

    private static Dictionary<String, Object> properties(Command command) {
        return FrameworkUtil.asDictionary(
                Map.of(
                        CommandProcessor.COMMAND_SCOPE, command.syntax().scope(),
                        CommandProcessor.COMMAND_FUNCTION, command.syntax().name()));
    }
}
