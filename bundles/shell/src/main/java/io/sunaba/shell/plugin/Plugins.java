package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.trust.BundleTrust;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/// The plugins of the platform, and the parts of bundles that cannot work.
public final class Plugins {
    private static final Map<String, String> KINDS = kinds();
    private static final Pattern MEANT_FOR_PEOPLE =
            Pattern.compile("(Caused by: )?io\\.sunaba\\.error\\.");

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final Probe probe;
    private final InvalidFiles files;

    public Plugins(BundleContext context, ServiceComponentRuntime components) {
        this.context = requireNonNull(context, "context is null");
        this.components = requireNonNull(components, "components is null");
        this.probe = new Probe(context);
        this.files = new InvalidFiles(context);
    }

    /// Lists them by kind and name: what serves, what waits behind a service of the same name, and
    /// what cannot work.
    public List<PluginStatus> list() {
        List<PluginStatus> plugins = new ArrayList<>();
        KINDS.forEach((type, kind) ->
                services(type)
                        .forEach(it -> {
                            // None once the service is gone, which may be while it is asked.
                            Bundle bundle = it.getBundle();
                            Probe.Answer answer = probe.ask(it);
                            if (bundle != null && answer != Probe.Answer.FAILS) {
                                plugins.add(status(kind, it, bundle, answer));
                            }
                        }));
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            String problem = problem(component);
            if (problem != null) {
                plugins.add(
                        new PluginStatus(
                                kind(component),
                                Objects.toString(component.properties.get(Hypervisor.NAME), null),
                                component.bundle.symbolicName,
                                component.bundle.version,
                                problem));
            }
        }
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getState() == Bundle.INSTALLED) {
                plugins.add(
                        new PluginStatus(
                                null,
                                null,
                                String.valueOf(bundle.getSymbolicName()),
                                bundle.getVersion().toString(),
                                problem(bundle)));
            }
        }
        plugins.addAll(files.statuses());
        plugins.sort(
                Comparator.comparing(PluginStatus::kind, Comparator.nullsLast(String::compareTo))
                        .thenComparing(
                                PluginStatus::name, Comparator.nullsLast(String::compareTo)));
        return plugins;
    }

    /// Tells what keeps components from working, a line each.
    public List<String> problems() {
        return list().stream()
                .filter(plugin -> !plugin.state().equals("active"))
                .map(plugin -> plugin.bundle() + ": " + plugin.state())
                .distinct()
                .toList();
    }

    /// Tells why the component that would provide a service failed, or returns null if none did.
    public @Nullable String failure(String type) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> List.of(component.serviceInterfaces).contains(type))
                .flatMap(component -> failures(component).stream())
                .findFirst()
                .orElse(null);
    }

    /// Returns the components of a bundle, and what ails them.
    List<BundleInfo.Part> components(Bundle bundle) {
        return components.getComponentDescriptionDTOs(bundle).stream()
                .map(component ->
                        new BundleInfo.Part(
                                component.name,
                                String.join(", ", component.configurationPid),
                                state(component)))
                .toList();
    }

    private String state(ComponentDescriptionDTO component) {
        String problem = problem(component);
        if (problem != null) {
            return problem;
        }
        return components.getComponentConfigurationDTOs(component).stream()
                        .anyMatch(it -> it.state == ComponentConfigurationDTO.ACTIVE)
                ? "active"
                : "waiting";
    }

    /// Returns the kind of plugin that provides a service, if it is one.
    static Optional<String> kind(String type) {
        return Optional.ofNullable(KINDS.get(type));
    }

    private String problem(Bundle unresolved) {
        ServiceReference<BundleTrust> reference = context.getServiceReference(BundleTrust.class);
        BundleTrust trust = reference == null ? null : context.getService(reference);
        return trust == null
                ? "not resolved"
                : trust.problem(unresolved.getBundleId())
                        .map("not let in: "::concat)
                        .orElse("not resolved yet");
    }

    /// Returns what names a plugin: its name, or that of its bundle.
    public List<String> names() {
        return list().stream()
                .flatMap(plugin -> Stream.of(plugin.bundle(), String.valueOf(plugin.name())))
                .filter(name -> !name.equals("null"))
                .distinct()
                .sorted()
                .toList();
    }

    private List<String> failures(ComponentDescriptionDTO component) {
        var configurations = components.getComponentConfigurationDTOs(component);
        String file = files.problem(component.configurationPid);
        boolean waits =
                configurations.stream()
                        .allMatch(it ->
                                it.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION);
        if (file != null && waits) {
            return List.of(file);
        }
        return configurations.stream()
                .filter(it -> it.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .map(configuration -> firstLine(configuration.failure))
                .toList();
    }

    private List<ServiceReference<?>> services(String type) {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(type, null);
            return found == null ? List.of() : Arrays.asList(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("there was no filter", e);
        }
    }

    /// One that fails is told with the components.
    private PluginStatus status(
            String kind, ServiceReference<?> service, Bundle bundle, Probe.Answer answer) {
        return new PluginStatus(
                kind,
                Objects.toString(service.getProperty(Hypervisor.NAME), null),
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                state(service, answer));
    }

    private String state(ServiceReference<?> service, Probe.Answer answer) {
        if (answer != Probe.Answer.WORKS) {
            return "does not become ready";
        }
        return TakenUp.byCore(service, context) ? "active" : "not taken up: the log tells why";
    }

    private static @Nullable String kind(ComponentDescriptionDTO component) {
        return Arrays.stream(component.serviceInterfaces)
                .map(KINDS::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable String problem(ComponentDescriptionDTO component) {
        if (!components.isComponentEnabled(component)) {
            return null;
        }
        var configurations = components.getComponentConfigurationDTOs(component);
        if (configurations.isEmpty()) {
            // Libraries have components of which nobody wants an instance.
            boolean wanted =
                    kind(component) != null
                            || component.bundle.symbolicName.startsWith("io.sunaba.");
            return wanted && component.configurationPolicy.equals("require")
                    ? unconfigured(component)
                    : null;
        }
        for (ComponentConfigurationDTO configuration : configurations) {
            switch (configuration.state) {
                case ComponentConfigurationDTO.FAILED_ACTIVATION -> {
                    return simpleName(component) + " failed: " + firstLine(configuration.failure);
                }
                case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> {
                    return simpleName(component) + " misses " + missing(component, configuration);
                }
                case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> {
                    return unconfigured(component);
                }
                default -> {
                    // Satisfied or active.
                }
            }
        }
        return null;
    }

    private String unconfigured(ComponentDescriptionDTO component) {
        String problem = files.problem(component.configurationPid);
        return simpleName(component)
                + (problem == null ? " has no configuration" : " has no configuration: " + problem);
    }

    private static String missing(
            ComponentDescriptionDTO component, ComponentConfigurationDTO configuration) {
        List<String> missing = new ArrayList<>();
        for (UnsatisfiedReferenceDTO unsatisfied : configuration.unsatisfiedReferences) {
            Arrays.stream(component.references)
                    .filter(reference -> reference.name.equals(unsatisfied.name))
                    .map(reference -> reference.interfaceName)
                    .forEach(missing::add);
        }
        return String.join(", ", missing);
    }

    private static String simpleName(ComponentDescriptionDTO component) {
        return component.implementationClass.substring(
                component.implementationClass.lastIndexOf('.') + 1);
    }

    /// Returns the message of the first error in a stack trace that is meant for people, else that
    /// of the innermost one.
    private static String firstLine(String trace) {
        String line = "";
        for (String candidate : trace.split("\n", -1)) {
            if (MEANT_FOR_PEOPLE.matcher(candidate).lookingAt()) {
                line = candidate;
                break;
            }
            if (line.isEmpty() || candidate.startsWith("Caused by: ")) {
                line = candidate;
            }
        }
        return line.replaceFirst("^(Caused by: )?[\\w.$]+(Exception|Error): ", "").strip();
    }

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put(Hypervisor.class.getName(), "hypervisor");
        kinds.put(MetadataStorage.class.getName(), "storage");
        kinds.put(VmFactory.class.getName(), "factory");
        kinds.put(AgentDriver.class.getName(), "agent");
        return kinds;
    }
}
