package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.tck.hypervisor.DeclaredAbilities;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DeclaredAbilitiesTest {
    @Test
    void abilitiesAreAsTheComponentDeclares() throws Exception {
        try (QemuFixture fixture = new QemuFixture()) {
            Hypervisor hypervisor = fixture.open();
            Set<String> told = new TreeSet<>();
            hypervisor.capabilities().abilities().forEach(kind -> told.add(kind.getSimpleName()));
            fixture.close(hypervisor);
            // The one that takes something else of the host.
            told.add(ShareHotplug.class.getSimpleName());
            assertThat(DeclaredAbilities.of(QemuHypervisor.class)).isEqualTo(told);
        }
    }
}
