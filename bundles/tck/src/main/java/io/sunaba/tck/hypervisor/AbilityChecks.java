package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;
import static io.sunaba.tck.hypervisor.Machines.withAbility;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.hypervisor.UserModeNetworks;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.List;

/// An ability is there, or is refused. What it promises is checked with each.
final class AbilityChecks {
    private AbilityChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("has the abilities that it tells of, and no other", AbilityChecks::abilities),
                check(
                        "measures what a machine uses",
                        withAbility(UsageMetrics.class, AbilityChecks::use)));
    }

    private static void abilities(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        HypervisorCapabilities capabilities = hypervisor.capabilities();
        Expect.that(!capabilities.vmm().isBlank(), "the program is named");
        Expect.that(!capabilities.acceleration().isBlank(), "the acceleration is named");
        Machine machine = Machines.create(fixture, hypervisor);
        List<Class<? extends Ability>> kinds =
                List.of(
                        DiskHotplug.class,
                        InterfaceHotplug.class,
                        UserModeNetworks.class,
                        ShareHotplug.class,
                        Resize.class,
                        Snapshot.class,
                        UsageMetrics.class);
        for (Class<? extends Ability> kind : kinds) {
            expect(capabilities, kind, () -> machine.ability(kind));
        }
        expect(
                capabilities,
                SnapshotRestore.class,
                () -> hypervisor.ability(SnapshotRestore.class));
        machine.stop();
    }

    private static void expect(
            HypervisorCapabilities capabilities, Class<?> kind, Expect.Action ask)
            throws Exception {
        if (!capabilities.abilities().contains(kind)) {
            Expect.names(
                    Expect.failure(RejectedException.class, kind.getSimpleName(), ask),
                    kind.getSimpleName());
            return;
        }
        try {
            ask.run();
        } catch (Throwable e) {
            throw new AssertionError("expected that it has " + kind.getSimpleName(), e);
        }
    }

    private static void use(HypervisorFixture fixture, Machine machine, UsageMetrics metrics)
            throws Exception {
        MachineUsage usage = metrics.usage();
        Expect.that(usage.cpuTime().isPositive(), "it used the processor: " + usage);
        Expect.that(usage.residentBytes() > 0, "it is resident: " + usage);
        Expect.that(
                usage.proportionalBytes() > 0 && usage.proportionalBytes() <= usage.residentBytes(),
                "its share is at most what is resident: " + usage);
        Expect.that(usage.threads() > 0 && usage.openFiles() > 0, "it has threads: " + usage);
        Expect.that(
                usage.processIds().stream()
                        .allMatch(id -> ProcessHandle.of(id).orElseThrow().isAlive()),
                "its processes are alive: " + usage);
    }
}
