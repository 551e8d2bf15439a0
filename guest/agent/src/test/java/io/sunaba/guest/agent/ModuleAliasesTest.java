package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleAliasesTest {
    private final ModuleAliases aliases =
            new ModuleAliases(
                    List.of(
                            "# Aliases extracted from modules themselves.",
                            "alias virtio:d00000001v* virtio_net",
                            "alias virtio:d0000001Av* virtiofs",
                            "alias fs-virtiofs virtiofs",
                            "alias pci:v00001AF4d*sv*sd*bc*sc*i* virtio_pci",
                            "alias acpi*:PNP0C0C:* button",
                            "alias virtio:d00000001v* net_of_another_kind"));

    @Test
    void aDeviceFindsItsModules() {
        assertThat(aliases.modulesFor("virtio:d00000001v00001AF4"))
                .containsExactly("virtio_net", "net_of_another_kind");
        assertThat(aliases.modulesFor("virtio:d0000001Av00001AF4")).containsExactly("virtiofs");
        assertThat(aliases.modulesFor("pci:v00001AF4d00001041sv00001AF4sd00001100bc02sc00i00"))
                .containsExactly("virtio_pci");
        assertThat(aliases.modulesFor("acpi:PNP0C0C:")).containsExactly("button");
        assertThat(aliases.modulesFor("fs-virtiofs")).containsExactly("virtiofs");
    }

    @Test
    void whatNoModuleIsForFindsNone() {
        for (String other :
                List.of(
                        "",
                        "virtio:d00000002v00001AF4",
                        "virtio:d00000001",
                        "pci:v00001AF4d1sv2sd3bc4sc5",
                        "acpi:PNP0C0C",
                        "fs-virtiofs2",
                        "pci:v00008086d00001237sv*sd*bc*sc*i*")) {
            assertThat(aliases.modulesFor(other)).as(other).isEmpty();
        }
    }
}
