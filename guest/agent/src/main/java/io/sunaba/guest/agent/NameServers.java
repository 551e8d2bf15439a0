package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Lets containers see the name servers of their sandbox.
final class NameServers {
    private static final Path PLACE = Path.of("/etc/resolv.conf");

    private NameServers() {}

    /// Adds the mount that a container lacks.
    ///
    /// @param file with the name servers, if there are any
    static Spec mount(Spec spec, Path file) {
        boolean own =
                spec.getMountsList().stream()
                        .map(mount -> Path.of(mount.getDestination()).normalize())
                        .anyMatch(PLACE::startsWith);
        if (own || !Files.exists(file)) {
            return spec;
        }
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
