package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Snapshots.check;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.tck.Callers;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Machines are saved, and others go on from there. Not run on hypervisors without the abilities;
/// that they refuse them is checked with the other abilities.
final class SnapshotChecks {
    private static final int CLONES = 8;
    private static final int DISK_BYTES = 1024 * 1024;

    private SnapshotChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("saves machines that are paused, and no others", SnapshotChecks::states),
                check("saves into empty directories alone", SnapshotChecks::directories),
                check("saves a machine again and again", SnapshotChecks::again),
                check("saves a machine with disks, or says why not", SnapshotChecks::withDisk),
                check("restores many machines at once from one snapshot", SnapshotChecks::many),
                check("restores machines that are as any other", SnapshotChecks::asAnyOther),
                check("takes up restored machines when opened again", SnapshotChecks::reopened),
                check("restores machines whose snapshot is deleted", SnapshotChecks::deleted),
                check("saves a restored machine, or says why not", SnapshotChecks::cloneOfClone));
    }

    private static void states(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.newDirectory(fixture);
        Machine machine = Machines.create(fixture, hypervisor);
        Snapshot snapshot = machine.ability(Snapshot.class);
        expectConflict(snapshot, directory, "CREATED");
        machine.start();
        expectConflict(snapshot, directory, "RUNNING");
        fixture.awaitUp(machine);
        machine.pause();
        snapshot.save(directory);
        Machines.expectState(MachineState.PAUSED, machine);
        machine.resume();
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
        expectConflict(snapshot, Snapshots.newDirectory(fixture), "GONE");
    }

    private static void expectConflict(Snapshot snapshot, Path directory, String state)
            throws Exception {
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "save of what is " + state,
                        () -> snapshot.save(directory)),
                state);
        Snapshots.expectEmpty(directory);
    }

    private static void directories(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine machine = Snapshots.createPaused(fixture, hypervisor);
        Snapshot snapshot = machine.ability(Snapshot.class);
        Path taken = Snapshots.newDirectory(fixture);
        Path file = Files.writeString(taken.resolve("file"), "mine");
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "save into a directory in use",
                        () -> snapshot.save(taken)),
                taken.toString());
        Expect.equal("file", "mine", Files.readString(file));
        Path missing = taken.resolve("missing");
        Expect.names(
                Expect.failure(
                        NotFoundException.class,
                        "save into no directory",
                        () -> snapshot.save(missing)),
                missing.toString());
        Expect.that(!Files.exists(missing), "no directory is made");
        machine.stop();
    }

    private static void again(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Snapshots.createPaused(fixture, hypervisor);
        Snapshot snapshot = machine.ability(Snapshot.class);
        Path first = Snapshots.newDirectory(fixture);
        Path second = Snapshots.newDirectory(fixture);
        Path third = Snapshots.newDirectory(fixture);
        snapshot.save(first);
        snapshot.save(second);
        machine.resume();
        machine.pause();
        snapshot.save(third);
        machine.stop();
        for (Path directory : List.of(first, second, third)) {
            Machine restored = Snapshots.restore(fixture, hypervisor, directory);
            restored.resume();
            restored.stop();
        }
    }

    private static void withDisk(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!hypervisor.capabilities().abilities().contains(DiskHotplug.class)) {
            return;
        }
        Machine machine = Machines.createUp(fixture, hypervisor);
        machine.ability(DiskHotplug.class).plugDisk(disk(fixture));
        machine.pause();
        Path directory = Snapshots.newDirectory(fixture);
        Snapshot snapshot = machine.ability(Snapshot.class);
        try {
            snapshot.save(directory);
            Snapshots.restore(fixture, hypervisor, directory).stop();
        } catch (ConflictException e) {
            Expect.names(e, "extra");
            Snapshots.expectEmpty(directory);
        }
        machine.resume();
        machine.ability(DiskHotplug.class).unplugDisk("extra");
        machine.pause();
        Path other = Snapshots.newDirectory(fixture);
        snapshot.save(other);
        Snapshots.restore(fixture, hypervisor, other).stop();
        machine.stop();
    }

    private static DiskSpec disk(HypervisorFixture fixture) throws Exception {
        Path file = Files.createTempFile(fixture.directory(), "extra", ".img");
        Files.write(file, new byte[DISK_BYTES]);
        return new DiskSpec(
                "extra", file, DiskSpec.Format.RAW, false, DiskSpec.Cache.WRITEBACK, null);
    }

    private static void many(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine saved = Snapshots.createPaused(fixture, hypervisor);
        Path directory = Snapshots.newDirectory(fixture);
        saved.ability(Snapshot.class).save(directory);
        ConcurrentLinkedQueue<Machine> clones = new ConcurrentLinkedQueue<>();
        Callers.together(
                CLONES, _ -> clones.add(Snapshots.restore(fixture, hypervisor, directory)));
        Expect.equal("machines", CLONES + 1, hypervisor.machines().size());
        saved.resume();
        Callers.together(
                CLONES,
                _ -> {
                    Machine clone = clones.remove();
                    clone.resume();
                    Machines.expectState(MachineState.RUNNING, clone);
                    clone.stop();
                    Machines.expectNothing(fixture, clone.id());
                });
        Machines.expectState(MachineState.RUNNING, saved);
        saved.stop();
        // Nobody wrote to it.
        Snapshots.restorer(hypervisor).verify(directory);
        Snapshots.restore(fixture, hypervisor, directory).stop();
    }

    private static void asAnyOther(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        Machine machine = Snapshots.restore(fixture, hypervisor, directory);
        HypervisorCapabilities capabilities = hypervisor.capabilities();
        Expect.failure(ConflictException.class, "start", machine::start);
        machine.pause();
        machine.resume();
        machine.pause();
        Machines.expectState(MachineState.PAUSED, machine);
        machine.resume();
        machine.assign("another");
        Expect.equal("owner", "another", machine.record().owner());
        if (capabilities.abilities().contains(UsageMetrics.class)) {
            Expect.that(
                    machine.ability(UsageMetrics.class).usage().residentBytes() > 0,
                    "it is resident");
        }
        if (capabilities.abilities().contains(DiskHotplug.class)) {
            DiskHotplug hotplug = machine.ability(DiskHotplug.class);
            DiskSpec disk = disk(fixture);
            hotplug.plugDisk(disk);
            // Only a guest that executes lets go of it.
            hotplug.unplugDisk(disk.id());
        }
        Machines.kill(machine.id());
        Expect.equal("reason", MachineExit.Reason.FAILED, Machines.awaitExit(machine).reason());
        machine.stop();
    }

    private static void reopened(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        Hypervisor first = fixture.open();
        Machine paused = Snapshots.restore(fixture, first, directory);
        Machine running = Snapshots.restore(fixture, first, directory);
        running.resume();
        List<MachineRecord> records = List.of(paused.record(), running.record());
        fixture.close(first);
        Expect.equal("machines", 2, hypervisor.machines().size());
        Machine after = hypervisor.attach(records.getFirst());
        Machines.expectState(MachineState.PAUSED, after);
        after.resume();
        after.stop();
        after = hypervisor.attach(records.getLast());
        Machines.expectState(MachineState.RUNNING, after);
        after.stop();
    }

    private static void deleted(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        Machine machine = Snapshots.restore(fixture, hypervisor, directory);
        Snapshots.delete(directory);
        machine.resume();
        if (hypervisor.capabilities().abilities().contains(DiskHotplug.class)) {
            DiskHotplug hotplug = machine.ability(DiskHotplug.class);
            DiskSpec disk = disk(fixture);
            hotplug.plugDisk(disk);
            hotplug.unplugDisk(disk.id());
        }
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
    }

    private static void cloneOfClone(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        Machine machine = Snapshots.restore(fixture, hypervisor, directory);
        Path second = Snapshots.newDirectory(fixture);
        try {
            machine.ability(Snapshot.class).save(second);
            Snapshots.restore(fixture, hypervisor, second).stop();
        } catch (RejectedException e) {
            Expect.names(e, machine.id());
            Snapshots.expectEmpty(second);
        }
        machine.resume();
        machine.stop();
    }
}
