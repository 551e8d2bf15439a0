package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;
import static io.sunaba.tck.hypervisor.Machines.withAbility;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Shared directories come and go. Not run on hypervisors without the ability.
///
/// The fixture's guest need not have a driver for them: what is seen is what the host has of them.
final class ShareChecks {
    private ShareChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("plugs and unplugs shared directories", with(ShareChecks::shares)),
                check(
                        "refuses directories that it cannot share, and plugs nothing",
                        with(ShareChecks::badShares)),
                check("knows directories that are shared when opened again", ShareChecks::reopened),
                check(
                        "leaves nothing of shared directories when a machine is destroyed",
                        ShareChecks::destroyed),
                check(
                        "shares directories with restored machines, or says why not",
                        ShareChecks::restored));
    }

    private static Machines.Use with(Machines.AbilityUse<ShareHotplug> use) {
        return withAbility(ShareHotplug.class, use);
    }

    private static boolean shares(Hypervisor hypervisor) throws InterruptedException {
        return hypervisor.capabilities().abilities().contains(ShareHotplug.class);
    }

    private static ShareSpec share(HypervisorFixture fixture, String id, boolean readOnly)
            throws IOException {
        Path directory = Files.createDirectories(fixture.directory().resolve("shared, " + id));
        return new ShareSpec(id, directory, readOnly);
    }

    private static void shares(HypervisorFixture fixture, Machine machine, ShareHotplug hotplug)
            throws Exception {
        hotplug.unplugShare("never-plugged");
        int before = Machines.processesOf(machine.id()).size();
        for (int round = 0; round < 2; round++) {
            hotplug.plugShare(share(fixture, "rw", false));
            hotplug.plugShare(share(fixture, "ro", true));
            hotplug.unplugShare("rw");
            hotplug.unplugShare("ro");
            hotplug.unplugShare("ro");
            Expect.equal("processes", before, Machines.processesOf(machine.id()).size());
        }
        machine.pause();
        hotplug.plugShare(share(fixture, "while-paused", false));
        Expect.failure(
                ConflictException.class,
                "unplug from a paused machine",
                () -> hotplug.unplugShare("while-paused"));
        machine.resume();
        hotplug.unplugShare("while-paused");
        hotplug.plugShare(share(fixture, "to-the-end", false));
        Machines.expectState(MachineState.RUNNING, machine);
    }

    private static void badShares(HypervisorFixture fixture, Machine machine, ShareHotplug hotplug)
            throws Exception {
        Path directory = share(fixture, "a", false).directory();
        for (String id : List.of("", "A", "1a", "../a", "a".repeat(33), "a b")) {
            Expect.names(
                    Expect.failure(
                            RejectedException.class,
                            "id '" + id + "'",
                            () -> hotplug.plugShare(new ShareSpec(id, directory, false))),
                    id);
        }
        Path missing = fixture.directory().resolve("missing");
        Expect.names(
                Expect.failure(
                        NotFoundException.class,
                        "missing directory",
                        () -> hotplug.plugShare(new ShareSpec("a", missing, false))),
                missing.toString());
        Path file = Files.writeString(fixture.directory().resolve("no-directory"), "");
        Expect.names(
                Expect.failure(
                        RejectedException.class,
                        "file",
                        () -> hotplug.plugShare(new ShareSpec("a", file, false))),
                file.toString());
        hotplug.plugShare(share(fixture, "a", false));
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "id in use",
                        () -> hotplug.plugShare(share(fixture, "a", true))),
                "a");
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        Expect.failure(
                ConflictException.class,
                "id in use by another kind",
                () -> disks.plugDisk(DiskChecks.disk(fixture, "a", true)));
        hotplug.unplugShare("a");
        // None of them left anything that is in the way.
        hotplug.plugShare(share(fixture, "a", true));
    }

    private static void reopened(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!shares(hypervisor)) {
            return;
        }
        Hypervisor first = fixture.open();
        Machine before = Machines.createUp(fixture, first);
        // A record from before the change: the platform may have died before it kept the new one.
        MachineRecord old = before.record();
        int alone = Machines.processesOf(before.id()).size();
        before.ability(ShareHotplug.class).plugShare(share(fixture, "kept", false));
        before.ability(ShareHotplug.class).plugShare(share(fixture, "kept-too", true));
        int sharing = Machines.processesOf(before.id()).size();
        fixture.close(first);
        Machine after = hypervisor.attach(old);
        Expect.equal("processes", sharing, Machines.processesOf(after.id()).size());
        ShareHotplug hotplug = after.ability(ShareHotplug.class);
        Expect.failure(
                ConflictException.class,
                "plug again",
                () -> hotplug.plugShare(share(fixture, "kept", false)));
        hotplug.unplugShare("kept");
        hotplug.unplugShare("kept-too");
        Expect.equal("processes", alone, Machines.processesOf(after.id()).size());
        hotplug.plugShare(share(fixture, "kept", false));
        after.stop();
    }

    private static void destroyed(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!shares(hypervisor)) {
            return;
        }
        Hypervisor first = fixture.open();
        Machine machine = Machines.createUp(fixture, first);
        machine.ability(ShareHotplug.class).plugShare(share(fixture, "rw", false));
        machine.ability(ShareHotplug.class).plugShare(share(fixture, "ro", true));
        fixture.close(first);
        hypervisor.destroy(machine.id());
        Machines.expectNothing(fixture, machine.id());
    }

    private static void restored(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!hypervisor
                .capabilities()
                .abilities()
                .containsAll(Set.of(ShareHotplug.class, Snapshot.class, SnapshotRestore.class))) {
            return;
        }
        Path saved = Snapshots.saved(fixture, hypervisor);
        Machine clone = Snapshots.restore(fixture, hypervisor, saved);
        clone.resume();
        int before = Machines.processesOf(clone.id()).size();
        ShareSpec share = share(fixture, "a", false);
        try {
            clone.ability(ShareHotplug.class).plugShare(share);
            clone.ability(ShareHotplug.class).unplugShare("a");
        } catch (RejectedException e) {
            Expect.names(e, share.directory().toString());
            Expect.names(e, clone.id());
        }
        Expect.equal("processes", before, Machines.processesOf(clone.id()).size());
        clone.stop();
    }
}
