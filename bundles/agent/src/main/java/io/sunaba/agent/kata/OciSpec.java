package io.sunaba.agent.kata;

import io.sunaba.guest.protocol.Linux;
import io.sunaba.guest.protocol.LinuxCPU;
import io.sunaba.guest.protocol.LinuxDeviceCgroup;
import io.sunaba.guest.protocol.LinuxMemory;
import io.sunaba.guest.protocol.LinuxNamespace;
import io.sunaba.guest.protocol.LinuxPids;
import io.sunaba.guest.protocol.LinuxResources;
import io.sunaba.guest.protocol.Root;
import io.sunaba.guest.protocol.Spec;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.Resources;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Builds a container's OCI runtime configuration.
final class OciSpec {
    private static final String VERSION = "1.0.2";
    private static final Path ETC = Path.of("/etc");

    private OciSpec() {}

    /// @param rootPath where the guest has the root file system mounted
    /// @param ours whether the agent is ours, which keeps files about the network
    static Spec of(ContainerConfig config, String rootPath, boolean ours) {
        Spec.Builder spec =
                Spec.newBuilder()
                        .setVersion(VERSION)
                        .setProcess(OciProcess.of(config.process()))
                        .setRoot(
                                Root.newBuilder()
                                        .setPath(rootPath)
                                        .setReadonly(config.readOnlyRootfs()))
                        .putAllAnnotations(config.annotations())
                        .setLinux(linux(config));
        if (config.hostname() != null) {
            spec.setHostname(config.hostname());
        }
        for (Mount mount : mounts(config, ours)) {
            spec.addMounts(
                    io.sunaba.guest.protocol.Mount.newBuilder()
                            .setDestination(mount.destination())
                            .setType(mount.type())
                            .setSource(mount.source())
                            .addAllOptions(mount.options()));
        }
        return spec.build();
    }

    /// The usual mounts unless it is bare, each replaced where the container brings its own, then
    /// what else it brings.
    private static Iterable<Mount> mounts(ContainerConfig config, boolean ours) {
        if (config.bare()) {
            return config.mounts();
        }
        Map<String, Mount> byDestination = new LinkedHashMap<>();
        OciDefaults.MOUNTS.forEach(mount -> byDestination.put(mount.destination(), mount));
        if (ours && config.mounts().stream().noneMatch(OciSpec::isEtc)) {
            OciDefaults.NETWORK_FILES.forEach(
                    mount -> byDestination.put(mount.destination(), mount));
        }
        config.mounts().forEach(mount -> byDestination.put(mount.destination(), mount));
        return byDestination.values();
    }

    /// Who brings all of `/etc` brings the files in it.
    private static boolean isEtc(Mount mount) {
        return Path.of(mount.destination()).normalize().equals(ETC);
    }

    private static Linux linux(ContainerConfig config) {
        Linux.Builder linux =
                Linux.newBuilder()
                        .putAllSysctl(config.sysctls())
                        .setCgroupsPath("/sunaba/" + config.id())
                        .setResources(
                                resources(config.resources()).toBuilder()
                                        .addDevices(
                                                LinuxDeviceCgroup.newBuilder()
                                                        .setAllow(false)
                                                        .setAccess("rwm")))
                        .addAllMaskedPaths(
                                config.maskedPaths().isEmpty() && !config.bare()
                                        ? OciDefaults.MASKED_PATHS
                                        : config.maskedPaths())
                        .addAllReadonlyPaths(
                                config.readOnlyPaths().isEmpty() && !config.bare()
                                        ? OciDefaults.READ_ONLY_PATHS
                                        : config.readOnlyPaths());
        for (String type : namespaces(config)) {
            linux.addNamespaces(LinuxNamespace.newBuilder().setType(type));
        }
        if (config.seccomp() != null) {
            linux.setSeccomp(OciSeccomp.of(config.seccomp()));
        }
        return linux.build();
    }

    /// Network and IPC are the guest's own: the containers of a sandbox share them. An agent whose
    /// sandbox has one PID namespace for all puts its path in.
    private static List<String> namespaces(ContainerConfig config) {
        return config.hostname() == null
                ? List.of("mount", "pid", "cgroup")
                : List.of("mount", "pid", "cgroup", "uts");
    }

    /// Limits as messages; what is null is left out.
    static LinuxResources resources(Resources resources) {
        LinuxResources.Builder built = LinuxResources.newBuilder();
        LinuxCPU cpu = cpu(resources);
        if (!cpu.equals(LinuxCPU.getDefaultInstance())) {
            built.setCPU(cpu);
        }
        if (resources.memoryLimitBytes() != null) {
            built.setMemory(LinuxMemory.newBuilder().setLimit(resources.memoryLimitBytes()));
        }
        if (resources.processLimit() != null) {
            built.setPids(LinuxPids.newBuilder().setLimit(resources.processLimit()));
        }
        return built.build();
    }

    private static LinuxCPU cpu(Resources resources) {
        LinuxCPU.Builder cpu = LinuxCPU.newBuilder();
        if (resources.cpuShares() != null) {
            cpu.setShares(resources.cpuShares());
        }
        if (resources.cpuQuotaMicros() != null) {
            cpu.setQuota(resources.cpuQuotaMicros());
        }
        if (resources.cpuPeriodMicros() != null) {
            cpu.setPeriod(resources.cpuPeriodMicros());
        }
        if (resources.cpus() != null) {
            cpu.setCpus(resources.cpus());
        }
        return cpu.build();
    }
}
