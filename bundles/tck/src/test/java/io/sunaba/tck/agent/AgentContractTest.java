package io.sunaba.tck.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.tck.Check;
import io.sunaba.tck.Outcome;
import io.sunaba.tck.Patience;
import io.sunaba.tck.Report;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The contract suite of agents finds each fault that it is for.
class AgentContractTest {
    @Test
    void agentThatKeepsItPasses() throws InterruptedException {
        Report report = AgentContract.suite().run(BrokenAgentFixture::new);
        assertThat(report.failures()).as(report.toString()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void faultIsFound(AgentFault fault) throws InterruptedException {
        System.setProperty(Patience.PROPERTY, "1");
        try {
            Outcome outcome = check(fault.check).run(() -> new BrokenAgentFixture(fault));
            assertThat(outcome.failure()).isInstanceOf(Throwable.class);
        } finally {
            System.clearProperty(Patience.PROPERTY);
        }
    }

    @Test
    void eachCheckFindsSomeFault() {
        List<String> checks = AgentContract.suite().checks().stream().map(Check::name).toList();
        assertThat(checks)
                .hasSameElementsAs(
                        Arrays.stream(AgentFault.values())
                                .map(fault -> requireNonNull(fault.check))
                                .toList());
    }

    private static Check<AgentFixture> check(String name) {
        return AgentContract.suite().checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
