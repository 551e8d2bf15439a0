package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;
import static io.sunaba.tck.hypervisor.Machines.withAbility;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Disks come and go. Not run on hypervisors without the ability.
final class DiskChecks {
    private static final int DISK_BYTES = 1024 * 1024;

    private DiskChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("plugs and unplugs disks", withAbility(DiskHotplug.class, DiskChecks::disks)),
                check(
                        "refuses disks that it cannot plug, and plugs nothing",
                        withAbility(DiskHotplug.class, DiskChecks::badDisks)),
                check(
                        "plugs no file that another machine writes",
                        withAbility(DiskHotplug.class, DiskChecks::lockedDisk)),
                check("knows what is plugged when opened again", DiskChecks::disksAfterReopen));
    }

    static DiskSpec disk(HypervisorFixture fixture, String id, boolean readOnly)
            throws IOException {
        Path file = fixture.directory().resolve(id + ".img");
        if (!Files.exists(file)) {
            Files.write(file, new byte[DISK_BYTES]);
        }
        return disk(id, file, readOnly);
    }

    private static DiskSpec disk(String id, Path file, boolean readOnly) {
        return new DiskSpec(
                id, file, DiskSpec.Format.RAW, readOnly, DiskSpec.Cache.WRITEBACK, null);
    }

    private static void disks(HypervisorFixture fixture, Machine machine, DiskHotplug hotplug)
            throws Exception {
        hotplug.unplugDisk("never-plugged");
        Set<PciPath> paths = new HashSet<>();
        for (DiskSpec.Cache cache : DiskSpec.Cache.values()) {
            String id = "disk-" + cache.name().toLowerCase(Locale.ROOT);
            Path file = disk(fixture, id, true).file();
            DiskSpec spec = new DiskSpec(id, file, DiskSpec.Format.RAW, true, cache, "serial-1");
            Expect.that(paths.add(hotplug.plugDisk(spec)), "each disk has a slot of its own");
        }
        PciPath first = hotplug.plugDisk(disk(fixture, "again", false));
        hotplug.unplugDisk("again");
        // The file is closed: its writer's lock is gone, and so is the id's.
        Expect.equal("slot", first, hotplug.plugDisk(disk(fixture, "again", false)));
        hotplug.unplugDisk("again");
        hotplug.unplugDisk("again");
        machine.pause();
        Expect.that(
                paths.add(hotplug.plugDisk(disk(fixture, "while-paused", true))),
                "a paused machine takes disks");
        Expect.failure(
                ConflictException.class,
                "unplug from a paused machine",
                () -> hotplug.unplugDisk("while-paused"));
        machine.resume();
        hotplug.unplugDisk("while-paused");
    }

    private static void badDisks(HypervisorFixture fixture, Machine machine, DiskHotplug hotplug)
            throws Exception {
        Path missing = fixture.directory().resolve("missing.img");
        Expect.names(
                Expect.failure(
                        NotFoundException.class,
                        "missing file",
                        () -> hotplug.plugDisk(disk("a", missing, true))),
                missing.toString());
        Expect.failure(
                RejectedException.class,
                "directory",
                () -> hotplug.plugDisk(disk("a", fixture.directory(), true)));
        Path file = disk(fixture, "a", true).file();
        for (String id : List.of("", "A", "1a", "../a", "a".repeat(33), "a b")) {
            Expect.failure(
                    RejectedException.class,
                    "id '" + id + "'",
                    () -> hotplug.plugDisk(disk(id, file, true)));
        }
        hotplug.plugDisk(disk("a", file, true));
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "id in use",
                        () -> hotplug.plugDisk(disk("a", file, true))),
                "a");
        hotplug.unplugDisk("a");
        // None of them left anything that is in the way.
        hotplug.plugDisk(disk("a", file, true));
    }

    private static void lockedDisk(HypervisorFixture fixture, Machine machine, DiskHotplug hotplug)
            throws Exception {
        DiskSpec written = disk(fixture, "written", false);
        hotplug.plugDisk(written);
        Hypervisor hypervisor = fixture.open();
        Machine other = Machines.createUp(fixture, hypervisor);
        DiskHotplug otherHotplug = other.ability(DiskHotplug.class);
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "plug of a file in use",
                        () -> otherHotplug.plugDisk(written)),
                written.file().toString());
        hotplug.unplugDisk("written");
        otherHotplug.plugDisk(written);
        other.stop();
        fixture.close(hypervisor);
    }

    private static void disksAfterReopen(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!hypervisor.capabilities().abilities().contains(DiskHotplug.class)) {
            return;
        }
        Hypervisor first = fixture.open();
        Machine before = Machines.createUp(fixture, first);
        // A record from before the change: the platform may have died before it kept the new one.
        MachineRecord old = before.record();
        PciPath path = before.ability(DiskHotplug.class).plugDisk(disk(fixture, "kept", false));
        fixture.close(first);
        Machine after = hypervisor.attach(old);
        DiskHotplug hotplug = after.ability(DiskHotplug.class);
        Expect.failure(
                ConflictException.class,
                "plug again",
                () -> hotplug.plugDisk(disk(fixture, "kept", false)));
        Expect.that(
                !path.equals(hotplug.plugDisk(disk(fixture, "other", true))),
                "its slot is known to be taken");
        hotplug.unplugDisk("kept");
        Expect.equal("slot", path, hotplug.plugDisk(disk(fixture, "kept", false)));
        after.stop();
    }
}
