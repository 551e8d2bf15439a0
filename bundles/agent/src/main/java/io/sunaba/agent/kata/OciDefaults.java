package io.sunaba.agent.kata;

import io.sunaba.sandbox.Mount;
import java.util.List;
import java.util.stream.Stream;

/// What every container has unless it asks for something else (source: OCI runtime specification,
/// and what runc and containerd write).
final class OciDefaults {
    /// Where the guest has the shared memory of a sandbox: its containers share that as they share
    /// the IPC namespace.
    static final String SHARED_MEMORY = "/run/kata-containers/sandbox/shm";

    static final List<Mount> MOUNTS =
            List.of(
                    new Mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")),
                    new Mount(
                            "/dev",
                            "tmpfs",
                            "tmpfs",
                            List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                    new Mount(
                            "/dev/pts",
                            "devpts",
                            "devpts",
                            List.of(
                                    "nosuid",
                                    "noexec",
                                    "newinstance",
                                    "ptmxmode=0666",
                                    "mode=0620",
                                    "gid=5")),
                    new Mount(
                            "/dev/shm",
                            "bind",
                            SHARED_MEMORY,
                            List.of("rbind", "nosuid", "noexec", "nodev")),
                    new Mount(
                            "/dev/mqueue",
                            "mqueue",
                            "mqueue",
                            List.of("nosuid", "noexec", "nodev")),
                    new Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")),
                    new Mount(
                            "/sys/fs/cgroup",
                            "cgroup",
                            "cgroup",
                            List.of("nosuid", "noexec", "nodev", "relatime", "ro")));

    /// What tells a container where it is in the network: our agent keeps these files for all
    /// containers of a sandbox, and up to date.
    static final List<Mount> NETWORK_FILES =
            Stream.of("resolv.conf", "hosts", "hostname")
                    .map(file ->
                            new Mount(
                                    "/etc/" + file,
                                    "bind",
                                    "/run/network/" + file,
                                    List.of("bind", "ro", "nosuid", "nodev", "noexec")))
                    .toList();

    static final List<String> MASKED_PATHS =
            List.of(
                    "/proc/acpi",
                    "/proc/asound",
                    "/proc/kcore",
                    "/proc/keys",
                    "/proc/latency_stats",
                    "/proc/timer_list",
                    "/proc/timer_stats",
                    "/proc/sched_debug",
                    "/proc/scsi",
                    "/sys/firmware",
                    "/sys/devices/virtual/powercap");

    static final List<String> READ_ONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private OciDefaults() {}
}
