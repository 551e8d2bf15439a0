package io.sunaba.itests.nested;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// All scenarios on the hypervisor that `sunaba.nested` names, with KVM. Run by `./dev nested`; too
/// much for every day.
class NestedScenarios {
    @Test
    void pass() throws Exception {
        String hypervisor = requireNonNull(System.getProperty("sunaba.nested"));
        String chosen = System.getProperty("sunaba.nested.tests", "");
        Scenarios all = Scenarios.of(hypervisor);
        Scenarios scenarios =
                chosen.isEmpty() ? all : new Scenarios(hypervisor, List.of(chosen.split(",")));
        int status =
                FirstLevel.run(
                        Path.of("target/nested-" + hypervisor).toAbsolutePath(),
                        scenarios,
                        System.out::println);
        assertThat(status).isZero();
    }
}
