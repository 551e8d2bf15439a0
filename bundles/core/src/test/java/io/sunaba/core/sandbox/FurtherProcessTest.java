package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ProcessConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FurtherProcessTest {
    private static ProcessConfig process(
            @Nullable Capabilities capabilities, boolean noNewPrivileges, String... environment) {
        return new ProcessConfig(
                List.of("id"),
                List.of(environment),
                "/",
                ProcessConfig.User.ROOT,
                false,
                capabilities,
                List.of(),
                noNewPrivileges,
                0);
    }

    @Test
    void hasTheEnvironmentOfTheFirstWithItsOwnOverIt() {
        ProcessConfig process =
                FurtherProcess.of(
                        process(null, false, "A=1", "B=2=3", "AB=4"),
                        process(null, false, "A=5", "C="));
        assertThat(process.environment()).containsExactly("A=5", "B=2=3", "AB=4", "C=");
    }

    @Test
    void hasNoMorePrivilegesThanTheFirstUnlessItAsks() {
        Capabilities few = Capabilities.of(List.of("CAP_KILL"));
        assertThat(FurtherProcess.of(process(few, true), process(null, false)))
                .isEqualTo(process(few, true));
        assertThat(FurtherProcess.of(process(few, false), process(Capabilities.USUAL, false)))
                .isEqualTo(process(Capabilities.USUAL, false));
    }
}
