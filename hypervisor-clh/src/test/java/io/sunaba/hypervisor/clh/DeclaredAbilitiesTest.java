package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.tck.hypervisor.DeclaredAbilities;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DeclaredAbilitiesTest {
    @Test
    void abilitiesAreAsTheComponentDeclares() throws Exception {
        try (ClhFixture fixture = new ClhFixture()) {
            ClhConfig usual = fixture.settings();
            // What shared directories take: root, and a program.
            ClhHypervisor hypervisor =
                    new ClhHypervisor(
                            new ClhConfig(
                                    usual.binary(),
                                    "sh",
                                    usual.kvm(),
                                    usual.runtimeDirectory(),
                                    usual.startTimeout(),
                                    usual.requestTimeout(),
                                    usual.unplugTimeout()));
            Set<String> told = new TreeSet<>();
            hypervisor.capabilities().abilities().forEach(kind -> told.add(kind.getSimpleName()));
            fixture.close(hypervisor);
            assertThat(DeclaredAbilities.of(ClhHypervisor.class)).isEqualTo(told);
        }
    }
}
