package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameServersTest {
    @TempDir private Path directory;

    private static Spec with(String... destinations) {
        Spec.Builder spec = Spec.newBuilder();
        for (String destination : destinations) {
            spec.addMounts(Mount.newBuilder().setDestination(destination));
        }
        return spec.build();
    }

    @Test
    void aContainerSeesThemUnlessItMountsItsOwn() throws Exception {
        Path file = Files.writeString(directory.resolve("resolv.conf"), "nameserver 10.0.0.1\n");

        Mount mount = NameServers.mount(with("/proc", "/etc/hosts"), file).getMounts(2);
        assertThat(mount.getDestination()).isEqualTo("/etc/resolv.conf");
        assertThat(mount.getSource()).isEqualTo(file.toString());
        assertThat(mount.getOptionsList()).contains("bind", "ro");
        for (String own : List.of("/etc/resolv.conf", "/etc//./resolv.conf", "/etc", "/etc/")) {
            assertThat(NameServers.mount(with(own), file)).as(own).isEqualTo(with(own));
        }
    }

    @Test
    void withoutAnyNothingIsMounted() {
        assertThat(NameServers.mount(with("/proc"), directory.resolve("none")))
                .isEqualTo(with("/proc"));
    }
}
