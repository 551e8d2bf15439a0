package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineIdTest {
    @TempDir private Path directory;
    private Path file;
    private Path root;
    private Path own;
    private MachineId id;

    @BeforeEach
    void make() throws Exception {
        file = directory.resolve("machine-id");
        root = directory.resolve("rootfs");
        own = Files.createDirectories(root.resolve("etc")).resolve("machine-id");
        id = new MachineId(file);
    }

    private static Spec with(String... destinations) {
        Spec.Builder spec = Spec.newBuilder();
        for (String destination : destinations) {
            spec.addMounts(Mount.newBuilder().setDestination(destination));
        }
        return spec.build();
    }

    @Test
    void isAnotherOneEachTime() throws Exception {
        Files.writeString(own, "");
        id.mount(with("/proc"), root);
        String first = Files.readString(file);
        assertThat(first).matches("[0-9a-f]{32}\n");
        id.mount(with("/proc"), root);
        assertThat(Files.readString(file)).as("for all containers").isEqualTo(first);
        id.renew();
        id.mount(with("/proc"), root);
        assertThat(Files.readString(file)).matches("[0-9a-f]{32}\n").isNotEqualTo(first);
    }

    @Test
    void containersThatHaveTheFileSeeIt() throws Exception {
        assertThat(id.mount(with("/proc"), root)).isEqualTo(with("/proc"));
        Files.writeString(own, "");
        Mount mount = id.mount(with("/proc"), root).getMounts(1);
        assertThat(mount.getDestination()).isEqualTo("/etc/machine-id");
        assertThat(mount.getSource()).isEqualTo(file.toString());
        assertThat(mount.getOptionsList()).contains("bind", "ro");
    }

    @Test
    void whatTheyMountThemselvesStays() throws Exception {
        Files.writeString(own, "");
        for (String place : List.of("/etc/machine-id", "/etc//./machine-id", "/etc", "/etc/")) {
            assertThat(id.mount(with(place), root)).as(place).isEqualTo(with(place));
        }
    }

    @Test
    void aLinkIsNotFollowed() throws Exception {
        id.renew();
        Files.createSymbolicLink(own, file);
        assertThat(id.mount(with("/proc"), root)).isEqualTo(with("/proc"));
    }
}
