package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;

import io.sunaba.error.ConflictException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Devices of all kinds share a machine's slots and ids. Not run on hypervisors that plug neither
/// disks nor interfaces.
final class SlotChecks {
    /// What every machine must have room for.
    private static final int DEVICES = 24;

    private static final int NO_MACHINE_HAS = 4096;

    private SlotChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("gives no two devices one id, of whatever kind", SlotChecks::ids),
                check("has room for 24 devices, and says when there is none", SlotChecks::room));
    }

    private static boolean plugsBoth(Hypervisor hypervisor) throws InterruptedException {
        return InterfaceChecks.hasUserMode(hypervisor)
                && hypervisor.capabilities().abilities().contains(DiskHotplug.class);
    }

    private static void ids(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        if (!plugsBoth(hypervisor)) {
            return;
        }
        Machine machine = Machines.createUp(fixture, hypervisor);
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        InterfaceHotplug interfaces = machine.ability(InterfaceHotplug.class);
        disks.plugDisk(DiskChecks.disk(fixture, "one", true));
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "interface with the id of a disk",
                        () -> interfaces.plugInterface(InterfaceChecks.spec("one", 1))),
                "one");
        // There is no such interface, so nothing happens to the disk.
        interfaces.unplugInterface("one");
        interfaces.plugInterface(InterfaceChecks.spec("two", 1));
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "disk with the id of an interface",
                        () -> disks.plugDisk(DiskChecks.disk(fixture, "two", true))),
                "two");
        disks.unplugDisk("two");
        Expect.failure(
                ConflictException.class,
                "interface that is still there",
                () -> interfaces.plugInterface(InterfaceChecks.spec("two", 1)));
        disks.unplugDisk("one");
        interfaces.plugInterface(InterfaceChecks.spec("one", 2));
        machine.stop();
    }

    private static void room(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        if (!plugsBoth(hypervisor)) {
            return;
        }
        Machine machine = Machines.createUp(fixture, hypervisor);
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        InterfaceHotplug interfaces = machine.ability(InterfaceHotplug.class);
        Set<PciPath> paths = new HashSet<>();
        ConflictException full = null;
        int count = 0;
        while (full == null && count < NO_MACHINE_HAS) {
            try {
                paths.add(
                        count % 2 == 0
                                ? disks.plugDisk(DiskChecks.disk(fixture, "d" + count, true))
                                : interfaces.plugInterface(
                                        InterfaceChecks.spec("n" + count, count)));
                count++;
            } catch (ConflictException e) {
                full = e;
            }
        }
        Expect.that(count >= DEVICES, "there is room for 24 devices, not " + count);
        Expect.equal("slots", count, paths.size());
        if (full != null) {
            Expect.names(full, machine.id());
            Expect.names(full, String.valueOf(count));
        }
        disks.unplugDisk("d0");
        interfaces.plugInterface(InterfaceChecks.spec("instead", NO_MACHINE_HAS));
        machine.stop();
    }
}
