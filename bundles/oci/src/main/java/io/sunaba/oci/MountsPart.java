package io.sunaba.oci;

import io.sunaba.sandbox.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The property `mounts`. What is mounted is made in the guest: files of the host are not there.
final class MountsPart {
    private static final Set<String> TYPES =
            Set.of("proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2");

    private static final Set<String> BINDS = Set.of("bind", "rbind");

    /// Files about the host and its network, which container engines bind. The container is on
    /// another machine: the files are left out, and the guest has its own.
    private static final Set<String> ABOUT_THE_HOST =
            Set.of("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv");

    private static final String SHARED_MEMORY = "/dev/shm";

    private MountsPart() {}

    static List<Mount> read(Property mounts) {
        List<Mount> read = new ArrayList<>();
        for (Property mount : mounts.items()) {
            mount.allow("destination", "type", "source", "options");
            String destination = ProcessPart.absolute(mount.member("destination"));
            List<String> options = mount.member("options").texts();
            String type = mount.member("type").text("");
            if (!BINDS.contains(type) && options.stream().noneMatch(BINDS::contains)) {
                read.add(mount(mount, destination, type, options));
            } else if (destination.equals(SHARED_MEMORY)) {
                // An engine's own, made for this container.
                read.add(
                        new Mount(
                                SHARED_MEMORY,
                                "tmpfs",
                                "shm",
                                List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")));
            } else if (!ABOUT_THE_HOST.contains(destination)) {
                throw mount.notSupported(
                        "binds %s of the host to %s, which"
                                .formatted(mount.member("source").text(""), destination));
            }
        }
        return read;
    }

    private static Mount mount(
            Property mount, String destination, String type, List<String> options) {
        if (!TYPES.contains(type)) {
            throw mount.member("type").notSupported("of '" + type + "'");
        }
        return new Mount(destination, type, mount.member("source").text(type), options);
    }
}
