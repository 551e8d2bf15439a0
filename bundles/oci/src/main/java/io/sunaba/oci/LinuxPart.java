package io.sunaba.oci;

import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Seccomp;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The property `linux`.
///
/// @param namespaces the types of the namespaces that it asks for
record LinuxPart(
        Set<String> namespaces,
        Resources resources,
        List<String> maskedPaths,
        List<String> readOnlyPaths,
        Map<String, String> sysctls,
        @Nullable Seccomp seccomp) {
    /// Every container has these; without them it would be in the guest's, where the agent is.
    private static final List<String> ALWAYS_NEW = List.of("mount", "pid");

    /// The containers of a sandbox have network and IPC in common, and no others are there.
    private static final Set<String> POSSIBLE =
            Set.of("mount", "pid", "network", "ipc", "uts", "cgroup");

    /// Nothing is mounted in the guest that could propagate.
    private static final Set<String> PROPAGATIONS =
            Set.of("private", "rprivate", "slave", "rslave");

    static LinuxPart read(Property linux) {
        linux.allow(
                "namespaces",
                "resources",
                "maskedPaths",
                "readonlyPaths",
                "sysctl",
                "seccomp",
                "rootfsPropagation",
                "personality",
                // A place of the host; the guest has its own order.
                "cgroupsPath");
        Property propagation = linux.member("rootfsPropagation");
        if (!propagation.isEmpty() && !PROPAGATIONS.contains(propagation.requireText())) {
            throw propagation.notSupported("of '" + propagation.requireText() + "'");
        }
        Property personality = linux.member("personality").allow("domain");
        if (!personality.member("domain").text("LINUX").equals("LINUX")) {
            throw personality.notSupported();
        }
        Property seccomp = linux.member("seccomp");
        return new LinuxPart(
                namespaces(linux.member("namespaces")),
                ResourcesPart.read(linux.member("resources")),
                paths(linux.member("maskedPaths")),
                paths(linux.member("readonlyPaths")),
                linux.member("sysctl").textsByName(),
                seccomp.isEmpty() ? null : SeccompPart.read(seccomp));
    }

    private static Set<String> namespaces(Property namespaces) {
        Set<String> types = new HashSet<>();
        for (Property namespace : namespaces.items()) {
            namespace.allow("type", "path");
            Property type = namespace.member("type");
            if (!POSSIBLE.contains(type.requireText())) {
                throw type.notSupported("of '" + type.requireText() + "'");
            }
            namespace.member("path").refuse();
            types.add(type.requireText());
        }
        for (String type : ALWAYS_NEW) {
            if (!types.contains(type)) {
                throw namespaces.notSupported("without '" + type + "'");
            }
        }
        return types;
    }

    private static List<String> paths(Property paths) {
        return paths.items().stream().map(ProcessPart::absolute).toList();
    }

    /// A host name needs a namespace of its own.
    @Nullable String hostname(@Nullable String hostname, Property property) {
        if (hostname != null && !namespaces.contains("uts")) {
            throw property.notSupported("without 'uts' in linux.namespaces");
        }
        return hostname;
    }
}
