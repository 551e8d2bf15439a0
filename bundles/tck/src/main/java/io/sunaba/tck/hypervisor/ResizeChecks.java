package io.sunaba.tck.hypervisor;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Machines become larger and smaller. Not run on hypervisors without the ability; that they refuse
/// it is checked with the other abilities.
///
/// The fixture's guest need not understand memory that comes and goes: it may take none.
final class ResizeChecks {
    private ResizeChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("gives machines processors, up to their maximum", ResizeChecks::vcpus),
                check("gives machines memory as far as they take it", ResizeChecks::memory),
                check("changes no memory of a machine that is paused", ResizeChecks::paused),
                check("knows what was resized when opened again", ResizeChecks::reopened),
                check("saves a resized machine, or says why not", ResizeChecks::saved),
                check("resizes restored machines", ResizeChecks::restored));
    }

    private static Check<HypervisorFixture> check(String name, Machines.Use use) {
        return Machines.check(
                name,
                (fixture, hypervisor) -> {
                    if (hypervisor.capabilities().abilities().contains(Resize.class)) {
                        use.of(fixture, hypervisor);
                    }
                });
    }

    private static Machine createUp(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        HypervisorConfig config = fixture.config();
        Expect.that(
                config.maximumVcpus() > config.vcpus()
                        && config.maximumMemoryBytes() > config.memoryBytes(),
                "the fixture's machine has room to grow");
        return Machines.createUp(fixture, hypervisor);
    }

    private static void vcpus(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = createUp(fixture, hypervisor);
        Resize resize = machine.ability(Resize.class);
        HypervisorConfig config = fixture.config();
        int most = config.maximumVcpus();
        for (int wrong : new int[] {-1, 0, most + 1}) {
            Expect.names(
                    Expect.failure(
                            RejectedException.class,
                            wrong + " vCPUs",
                            () -> resize.resizeVcpus(wrong)),
                    String.valueOf(wrong));
        }
        Expect.equal("vCPUs as before", config.vcpus(), resize.resizeVcpus(config.vcpus()));
        Expect.equal("vCPUs", most, resize.resizeVcpus(most));
        Expect.equal("vCPUs again", most, resize.resizeVcpus(most));
        int fewer = resize.resizeVcpus(1);
        Expect.that(fewer >= 1 && fewer <= most, "it has fewer vCPUs, or as many: " + fewer);
        Expect.equal("vCPUs once more", most, resize.resizeVcpus(most));
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
        Expect.failure(ConflictException.class, "of one that is gone", () -> resize.resizeVcpus(1));
    }

    private static void memory(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = createUp(fixture, hypervisor);
        Resize resize = machine.ability(Resize.class);
        HypervisorConfig config = fixture.config();
        long least = config.memoryBytes();
        long most = config.maximumMemoryBytes();
        for (long wrong : new long[] {-1, 0, least - 1, most + 1}) {
            Expect.names(
                    Expect.failure(
                            RejectedException.class,
                            wrong + " bytes of memory",
                            () -> resize.resizeMemory(wrong)),
                    String.valueOf(wrong));
        }
        long grown = resize.resizeMemory(most);
        Expect.that(grown >= least && grown <= most, "it has memory within its limits: " + grown);
        long shrunk = resize.resizeMemory(least);
        Expect.that(shrunk >= least && shrunk <= grown, "it has no more than before: " + shrunk);
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
    }

    private static void paused(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = createUp(fixture, hypervisor);
        Resize resize = machine.ability(Resize.class);
        machine.pause();
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "memory for a paused machine",
                        () -> resize.resizeMemory(fixture.config().maximumMemoryBytes())),
                MachineState.PAUSED.toString());
        Expect.equal(
                "vCPUs of a paused machine",
                fixture.config().maximumVcpus(),
                resize.resizeVcpus(fixture.config().maximumVcpus()));
        machine.resume();
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
    }

    private static void reopened(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Hypervisor first = fixture.open();
        Machine before = createUp(fixture, first);
        // A record from before the change: the platform may have died before it kept the new one.
        MachineRecord old = before.record();
        int most = fixture.config().maximumVcpus();
        before.ability(Resize.class).resizeVcpus(most);
        fixture.close(first);
        Machine after = hypervisor.attach(old);
        Expect.equal("vCPUs", most, after.ability(Resize.class).resizeVcpus(most));
        Machines.expectState(MachineState.RUNNING, after);
        after.stop();
    }

    private static void saved(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        if (!hypervisor.capabilities().abilities().contains(Snapshot.class)) {
            return;
        }
        Machine machine = createUp(fixture, hypervisor);
        machine.ability(Resize.class).resizeVcpus(fixture.config().maximumVcpus());
        machine.pause();
        Path directory = Snapshots.newDirectory(fixture);
        try {
            machine.ability(Snapshot.class).save(directory);
        } catch (ConflictException _) {
            Snapshots.expectEmpty(directory);
        }
        machine.resume();
        machine.stop();
    }

    private static void restored(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!hypervisor
                .capabilities()
                .abilities()
                .containsAll(Set.of(Snapshot.class, SnapshotRestore.class))) {
            return;
        }
        Path directory = Snapshots.saved(fixture, hypervisor);
        Machine machine = Snapshots.restore(fixture, hypervisor, directory);
        machine.resume();
        Resize resize = machine.ability(Resize.class);
        int most = fixture.config().maximumVcpus();
        Expect.equal("vCPUs", most, resize.resizeVcpus(most));
        long bytes = resize.resizeMemory(fixture.config().maximumMemoryBytes());
        Expect.that(bytes >= fixture.config().memoryBytes(), "it has its memory: " + bytes);
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
    }
}
