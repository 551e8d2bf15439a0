package io.sunaba.tck.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.tck.Check;
import io.sunaba.tck.Outcome;
import io.sunaba.tck.Patience;
import io.sunaba.tck.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The contract suite of hypervisors finds the faults that it is for, but for those of abilities.
class HypervisorContractTest {
    @Test
    void hypervisorThatKeepsItPasses() throws InterruptedException {
        Report report = HypervisorContract.suite().run(() -> new BrokenHypervisorFixture(null));
        assertThat(report.failures()).as(report.toString()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void faultIsFound(HypervisorFault fault) throws InterruptedException {
        System.setProperty(Patience.PROPERTY, "1");
        try {
            Outcome outcome = check(fault.check).run(() -> new BrokenHypervisorFixture(fault));
            assertThat(outcome.failure()).isInstanceOf(Throwable.class);
        } finally {
            System.clearProperty(Patience.PROPERTY);
        }
    }

    private static Check<HypervisorFixture> check(String name) {
        return HypervisorContract.suite().checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
