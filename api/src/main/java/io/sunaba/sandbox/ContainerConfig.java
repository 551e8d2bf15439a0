package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a container is to be. Terms are those of the OCI runtime specification.
///
/// @param id unique in its sandbox: 1 to 64 characters of `a-z A-Z 0-9 _ . -`, a letter or digit
///   first
/// @param rootfs its root file system
/// @param readOnlyRootfs whether it may not write to it
/// @param process its first process
/// @param hostname a host name of its own, or null for the sandbox's
/// @param mounts its mounts, in order; one in the place of a usual one (`/proc`, `/dev`, `/sys`,
///   ...) replaces that
/// @param resources limits of what it may use
/// @param maskedPaths absolute paths that it may not see
/// @param readOnlyPaths absolute paths that it may not write to
/// @param sysctls kernel parameters of its namespaces
/// @param seccomp what system calls it may make, or null for all
/// @param bare whether it has nothing that it does not ask for: no mounts but its own, and no
///   masked or read-only paths but its own. Otherwise the usual mounts are there too, and the usual
///   paths if it brings none.
/// @param annotations notes of the caller, kept and shown, never interpreted
public record ContainerConfig(
        String id,
        Rootfs rootfs,
        boolean readOnlyRootfs,
        ProcessConfig process,
        @Nullable String hostname,
        List<Mount> mounts,
        Resources resources,
        List<String> maskedPaths,
        List<String> readOnlyPaths,
        Map<String, String> sysctls,
        @Nullable Seccomp seccomp,
        boolean bare,
        Map<String, String> annotations) {
    public ContainerConfig {
        requireNonNull(id, "id is null");
        requireNonNull(rootfs, "rootfs is null");
        requireNonNull(process, "process is null");
        requireNonNull(resources, "resources is null");
        mounts = List.copyOf(mounts);
        maskedPaths = List.copyOf(maskedPaths);
        readOnlyPaths = List.copyOf(readOnlyPaths);
        sysctls = Map.copyOf(sysctls);
        annotations = Map.copyOf(annotations);
    }

    /// This container with other limits.
    public ContainerConfig limitedTo(Resources limits) {
        return new ContainerConfig(
                id,
                rootfs,
                readOnlyRootfs,
                process,
                hostname,
                mounts,
                limits,
                maskedPaths,
                readOnlyPaths,
                sysctls,
                seccomp,
                bare,
                annotations);
    }

    /// This container with other mounts.
    public ContainerConfig mounting(List<Mount> others) {
        return new ContainerConfig(
                id,
                rootfs,
                readOnlyRootfs,
                process,
                hostname,
                others,
                resources,
                maskedPaths,
                readOnlyPaths,
                sysctls,
                seccomp,
                bare,
                annotations);
    }

    /// A container with nothing out of the ordinary.
    public ContainerConfig(String id, Rootfs rootfs, ProcessConfig process) {
        this(
                id,
                rootfs,
                false,
                process,
                null,
                List.of(),
                Resources.UNCHANGED,
                List.of(),
                List.of(),
                Map.of(),
                null,
                false,
                Map.of());
    }
}
