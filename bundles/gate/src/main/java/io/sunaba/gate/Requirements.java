package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;

/// Says in words what a bundle needs that is not there.
final class Requirements {
    private static final Pattern FROM = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");

    private final BundleContext context;

    Requirements(BundleContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /// Returns what is missing, in one line, or nothing if a bundle is resolved or can be.
    Optional<String> missing(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (bundle.getState() != Bundle.INSTALLED || revision == null) {
            return Optional.empty();
        }
        FrameworkWiring wiring =
                requireNonNull(
                        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                                .adapt(FrameworkWiring.class));
        List<String> missing = new ArrayList<>();
        List<String> unresolved = new ArrayList<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            if (isOptional(requirement)) {
                continue;
            }
            var providers = wiring.findProviders(requirement);
            if (providers.isEmpty()) {
                missing.add(text(requirement));
            } else if (providers.stream().allMatch(Requirements::isOut)) {
                unresolved.add(
                        text(requirement)
                                + " of bundle "
                                + providers.iterator().next().getResource());
            }
        }
        if (missing.isEmpty() && unresolved.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                missing.isEmpty()
                        ? "it needs %s, which is not let in"
                                .formatted(String.join("; ", unresolved))
                        : "it needs " + String.join("; ", missing));
    }

    private static boolean isOut(BundleCapability provider) {
        return provider.getRevision().getBundle().getState() == Bundle.INSTALLED;
    }

    private static boolean isOptional(BundleRequirement requirement) {
        return Namespace.RESOLUTION_OPTIONAL.equals(
                        requirement.getDirectives().get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
                || PackageNamespace.RESOLUTION_DYNAMIC.equals(
                        requirement.getDirectives().get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
                || Namespace.EFFECTIVE_ACTIVE.equals(
                        requirement.getDirectives().get(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE));
    }

    private String text(BundleRequirement requirement) {
        String filter =
                requirement
                        .getDirectives()
                        .getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, "");
        if (!requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
            return requirement.getNamespace() + " " + filter;
        }
        String name = packageName(filter);
        TreeSet<String> there = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null) {
                revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream()
                        .map(BundleCapability::getAttributes)
                        .filter(it -> name.equals(it.get(PackageNamespace.PACKAGE_NAMESPACE)))
                        .forEach(it -> there.add(version(it)));
            }
        }
        return "package %s%s, and there is %s"
                .formatted(
                        name, range(filter), there.isEmpty() ? "none" : String.join(", ", there));
    }

    private static String version(Map<String, Object> attributes) {
        return String.valueOf(attributes.get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE));
    }

    private static String packageName(String filter) {
        Matcher matcher =
                Pattern.compile("\\(" + PackageNamespace.PACKAGE_NAMESPACE + "=([^)]*)\\)")
                        .matcher(filter);
        return matcher.find() ? matcher.group(1) : filter;
    }

    private static String range(String filter) {
        Matcher from = FROM.matcher(filter);
        Matcher below = BELOW.matcher(filter);
        String low = from.find() ? from.group(1) : "0";
        return below.find()
                ? " in version [%s,%s)".formatted(low, below.group(1))
                : low.equals("0") ? "" : " in version %s or later".formatted(low);
    }
}
