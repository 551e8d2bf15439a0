package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.storage.StorageStatus;
import io.sunaba.storage.Storages;
import io.sunaba.trust.BundleSignature;
import io.sunaba.trust.BundleTrust;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.resource.Namespace;

/// The command `plugin:info`.
public final class InfoCommand {
    private static final String OWN = "io.sunaba.";

    private final BundleContext context;
    private final Plugins plugins;
    private final Supplier<Sandboxes> sandboxes;
    private final Supplier<Storages> storages;

    private InfoCommand(
            BundleContext context,
            Plugins plugins,
            Supplier<Sandboxes> sandboxes,
            Supplier<Storages> storages) {
        this.context = requireNonNull(context, "context is null");
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.storages = requireNonNull(storages, "storages is null");
    }

    /// @param sandboxes gives the API, or fails if it is not there just now
    /// @param storages likewise
    public static Command command(
            BundleContext context,
            Plugins plugins,
            Supplier<Sandboxes> sandboxes,
            Supplier<Storages> storages) {
        InfoCommand info = new InfoCommand(context, plugins, sandboxes, storages);
        return new Command(
                new Syntax(
                        "plugin",
                        "info",
                        "Show what a bundle or plugin brings, who uses it, who signed it, and what"
                                + " ails it",
                        "PLUGIN"),
                call -> info.of(info.find(call.arguments().operand(0))));
    }

    private Bundle find(String name) {
        Optional<Bundle> bundle =
                Arrays.stream(context.getBundles())
                        .filter(it -> name.equals(it.getSymbolicName()))
                        .findFirst();
        if (bundle.isPresent()) {
            return bundle.get();
        }
        List<String> named =
                plugins.list().stream()
                        .filter(plugin -> name.equals(plugin.name()))
                        .map(PluginStatus::bundle)
                        .distinct()
                        .toList();
        if (named.isEmpty()) {
            throw new NotFoundException(
                    "there is no plugin or bundle '" + name + "'; plugin:list shows what there is");
        }
        if (named.size() > 1) {
            throw new RejectedException(
                    "%s is the name of plugins of several bundles: name one of %s"
                            .formatted(name, String.join(", ", named)));
        }
        return find(named.getFirst());
    }

    private BundleInfo of(Bundle bundle) {
        List<BundleInfo.Service> services = services(bundle);
        return new BundleInfo(
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                state(bundle),
                trust(it -> it.problem(bundle.getBundleId())).flatMap(it -> it).orElse(null),
                bundle.getLocation(),
                trust(it -> signer(it.signature(bundle.getBundleId()))).orElse("not known"),
                sandboxes(services),
                usedBy(bundle),
                services,
                plugins.components(bundle),
                packages(bundle));
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> "not let in";
            case Bundle.RESOLVED -> "stopped";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            default -> "active";
        };
    }

    private <T> Optional<T> trust(Function<BundleTrust, T> question) {
        ServiceReference<BundleTrust> reference = context.getServiceReference(BundleTrust.class);
        BundleTrust trust = reference == null ? null : context.getService(reference);
        return Optional.ofNullable(trust).map(question);
    }

    private static String signer(BundleSignature signature) {
        if (signature.own()) {
            return "came with the platform";
        }
        String who = signature.signer().orElse("nobody");
        return signature.flaw().map(flaw -> who + ": " + flaw).orElse(who + ", trusted");
    }

    private static List<BundleInfo.Service> services(Bundle bundle) {
        return registered(bundle)
                .flatMap(service ->
                        Arrays.stream((String[]) service.getProperty(Constants.OBJECTCLASS))
                                .map(type ->
                                        new BundleInfo.Service(
                                                Plugins.kind(type).orElse(type),
                                                Objects.toString(
                                                        service.getProperty(Hypervisor.NAME), null),
                                                ranking(service))))
                .toList();
    }

    private static Stream<ServiceReference<?>> registered(Bundle bundle) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return services == null ? Stream.empty() : Arrays.stream(services);
    }

    private static int ranking(ServiceReference<?> service) {
        return service.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking
                ? ranking
                : 0;
    }

    private static List<String> usedBy(Bundle bundle) {
        return registered(bundle)
                .flatMap(service ->
                        service.getUsingBundles() == null
                                ? Stream.empty()
                                : Arrays.stream(service.getUsingBundles()))
                .filter(user -> !user.equals(bundle))
                .map(Bundle::getSymbolicName)
                .distinct()
                .sorted()
                .toList();
    }

    /// Which sandboxes use it; none are told while the API is away.
    private List<String> sandboxes(List<BundleInfo.Service> services) {
        try {
            List<SandboxStatus> all = sandboxes.get().list();
            TreeSet<String> users = new TreeSet<>();
            for (BundleInfo.Service service : services) {
                String name = String.valueOf(service.name());
                all.stream()
                        .filter(sandbox ->
                                switch (service.kind()) {
                                    case "hypervisor" -> sandbox.hypervisor().equals(name);
                                    case "factory" -> sandbox.factory().equals(name);
                                    case "storage" -> holdsRecords(name);
                                    default -> false;
                                })
                        .forEach(sandbox -> users.add(sandbox.id()));
            }
            return List.copyOf(users);
        } catch (SunabaException _) {
            return List.of();
        }
    }

    private boolean holdsRecords(String storage) {
        return storages.get().storages().stream()
                .filter(StorageStatus::inUse)
                .anyMatch(it -> it.name().equals(storage));
    }

    private static List<BundleInfo.ApiPackage> packages(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return List.of();
        }
        Stream<BundleInfo.ApiPackage> imports =
                revision.getDeclaredRequirements(PackageNamespace.PACKAGE_NAMESPACE).stream()
                        .map(it ->
                                it.getDirectives()
                                        .getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, ""))
                        .map(PackageFilter::of)
                        .filter(it -> it.name().startsWith(OWN))
                        .map(it ->
                                new BundleInfo.ApiPackage(
                                        "imports",
                                        it.name(),
                                        it.range(),
                                        wired(bundle, it.name())));
        Stream<BundleInfo.ApiPackage> exports =
                revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream()
                        .map(it ->
                                new BundleInfo.ApiPackage(
                                        "exports",
                                        String.valueOf(
                                                it.getAttributes()
                                                        .get(PackageNamespace.PACKAGE_NAMESPACE)),
                                        version(it.getAttributes()),
                                        null))
                        .filter(it -> it.name().startsWith(OWN));
        return Stream.concat(imports, exports)
                .sorted(Comparator.comparing(BundleInfo.ApiPackage::name))
                .toList();
    }

    private static @Nullable String wired(Bundle bundle, String name) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            return null;
        }
        return wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE).stream()
                .map(BundleWire::getCapability)
                .map(it -> it.getAttributes())
                .filter(it -> name.equals(it.get(PackageNamespace.PACKAGE_NAMESPACE)))
                .map(InfoCommand::version)
                .findFirst()
                .orElse(null);
    }

    private static String version(Map<String, Object> attributes) {
        return String.valueOf(attributes.get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE));
    }
}
