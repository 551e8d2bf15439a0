package io.sunaba.tck.hypervisor;

import io.sunaba.tck.Check;
import io.sunaba.tck.Suite;
import java.util.ArrayList;
import java.util.List;

/// What every [Hypervisor] must do.
public final class HypervisorContract {
    private HypervisorContract() {}

    /// Returns the suite. It needs a fixture's guest to run, not to have an agent.
    public static Suite<HypervisorFixture> suite() {
        List<Check<HypervisorFixture>> checks = new ArrayList<>();
        checks.addAll(LifeChecks.all());
        checks.addAll(RefusalChecks.all());
        checks.addAll(AttachChecks.all());
        checks.addAll(AbilityChecks.all());
        checks.addAll(DiskChecks.all());
        checks.addAll(InterfaceChecks.all());
        checks.addAll(ShareChecks.all());
        checks.addAll(SlotChecks.all());
        checks.addAll(ResizeChecks.all());
        checks.addAll(SnapshotChecks.all());
        checks.addAll(SnapshotDamageChecks.all());
        checks.addAll(SnapshotFailureChecks.all());
        checks.addAll(ConcurrencyChecks.all());
        return new Suite<>("hypervisor", checks);
    }
}
