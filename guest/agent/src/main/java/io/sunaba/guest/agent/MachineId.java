package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/// The machine id of a sandbox, see machine-id(5).
///
/// An image of a root file system that was made from an installation has one in it, which all
/// machines with that image would share. Containers that have the file see the sandbox's instead.
final class MachineId {
    private static final Path RANDOM_UUID = Path.of("/proc/sys/kernel/random/uuid");
    private static final Path PLACE = Path.of("/etc/machine-id");

    private final Path file;
    private boolean chosen;

    /// @param file for the id
    MachineId(Path file) {
        this.file = file;
    }

    /// Has another one chosen, when it is first needed: many a copy of a machine is made for a
    /// container that does not.
    synchronized void renew() {
        chosen = false;
    }

    private synchronized void choose() throws IOException {
        if (!chosen) {
            Files.writeString(file, Files.readString(RANDOM_UUID).replace("-", ""));
            chosen = true;
        }
    }

    /// Adds the mount to a container, if it has the file and mounts none of its own there.
    ///
    /// @param root the container's root file system
    Spec mount(Spec spec, Path root) throws IOException {
        Path own = root.resolve(Path.of("/").relativize(PLACE));
        boolean mounted =
                spec.getMountsList().stream()
                        .map(mount -> Path.of(mount.getDestination()).normalize())
                        .anyMatch(PLACE::startsWith);
        if (mounted || !Files.isRegularFile(own, LinkOption.NOFOLLOW_LINKS)) {
            return spec;
        }
        choose();
        return spec.toBuilder()
                .addMounts(
                        Mount.newBuilder()
                                .setDestination(PLACE.toString())
                                .setType("bind")
                                .setSource(file.toString())
                                .addAllOptions(List.of("bind", "ro", "nosuid", "nodev", "noexec")))
                .build();
    }
}
