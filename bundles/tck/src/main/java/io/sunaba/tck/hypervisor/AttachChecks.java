package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;

import io.sunaba.error.NotFoundException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// Machines outlive the plugin, and are found again.
final class AttachChecks {
    private static final int RECORD_LIMIT = 64 * 1024;

    private static final long OVERLAP_NANOS = 100_000_000;

    private AttachChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("leaves machines alone when it is closed", AttachChecks::reopen),
                check("takes up a machine in every state", AttachChecks::everyState),
                check("gives any number of handles", AttachChecks::handles),
                check("waits for a former instance to let go", AttachChecks::overlap),
                check("does not take up a machine that is gone", AttachChecks::gone),
                check("notices the end of a machine that it took up", AttachChecks::end),
                check("lists its machines, dead ones too", AttachChecks::lists),
                check("destroys by id, once", AttachChecks::destroys),
                check("keeps the new owner of a machine", AttachChecks::assigns));
    }

    private static void reopen(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Hypervisor first = fixture.open();
        Machine before = Machines.createUp(fixture, first);
        MachineRecord record = before.record();
        Expect.that(record.data().length() <= RECORD_LIMIT, "a record has at most 64 KiB");
        fixture.close(first);
        Expect.that(!Machines.processesOf(record.id()).isEmpty(), "the machine lives");
        Expect.that(!before.exited().toCompletableFuture().isDone(), "and did not end");
        Machine after = hypervisor.attach(record);
        Machines.expectState(MachineState.RUNNING, after);
        Expect.equal("record", record, after.record());
        Expect.equal("agent endpoint", before.agentEndpoint(), after.agentEndpoint());
        after.pause();
        Machines.expectState(MachineState.PAUSED, after);
        after.stop();
        Machines.expectNothing(fixture, record.id());
    }

    private static void everyState(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        for (MachineState state :
                List.of(MachineState.CREATED, MachineState.RUNNING, MachineState.PAUSED)) {
            Hypervisor first = fixture.open();
            Machine before = Machines.create(fixture, first);
            if (state != MachineState.CREATED) {
                before.start();
            }
            if (state == MachineState.PAUSED) {
                before.pause();
            }
            fixture.close(first);
            Machine after = hypervisor.attach(before.record());
            Machines.expectState(state, after);
            after.stop();
        }
    }

    private static void handles(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine first = Machines.create(fixture, hypervisor);
        List<Machine> handles = new ArrayList<>(List.of(first));
        for (int i = 0; i < 5; i++) {
            handles.add(hypervisor.attach(first.record()));
        }
        first.start();
        handles.forEach(handle -> Machines.expectState(MachineState.RUNNING, handle));
        handles.get(1).pause();
        handles.forEach(handle -> Machines.expectState(MachineState.PAUSED, handle));
        first.close();
        handles.get(2).resume();
        Machines.expectState(MachineState.RUNNING, handles.get(3));
        handles.forEach(Machine::close);
        try (Machine last = hypervisor.attach(first.record())) {
            Machines.expectState(MachineState.RUNNING, last);
            last.stop();
        }
    }

    /// Of two versions of a plugin the new one may come before the old one goes.
    private static void overlap(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Hypervisor old = fixture.open();
        Machine before = Machines.create(fixture, old);
        Thread closer =
                Thread.ofVirtual()
                        .start(() -> {
                            LockSupport.parkNanos(OVERLAP_NANOS);
                            before.close();
                        });
        Machine after = hypervisor.attach(before.record());
        closer.join();
        after.start();
        Machines.expectState(MachineState.RUNNING, after);
        fixture.close(old);
        Machines.expectState(MachineState.RUNNING, after);
        after.stop();
    }

    private static void gone(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Hypervisor first = fixture.open();
        MachineRecord record = Machines.create(fixture, first).record();
        fixture.close(first);
        Machines.kill(record.id());
        notFound(hypervisor, record);
        Expect.equal("listed", List.of(record), hypervisor.machines());
        hypervisor.destroy(record.id());
        notFound(hypervisor, record);
    }

    private static void notFound(Hypervisor hypervisor, MachineRecord record) {
        Expect.names(
                Expect.failure(NotFoundException.class, "attach", () -> hypervisor.attach(record)),
                record.id());
    }

    private static void end(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Hypervisor first = fixture.open();
        MachineRecord record = Machines.create(fixture, first).record();
        fixture.close(first);
        Machine machine = hypervisor.attach(record);
        Machines.kill(record.id());
        MachineExit exit = Machines.awaitExit(machine);
        Expect.equal("reason", MachineExit.Reason.FAILED, exit.reason());
        Machines.expectState(MachineState.GONE, machine);
        machine.stop();
    }

    private static void lists(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Expect.equal("machines", List.of(), hypervisor.machines());
        Hypervisor first = fixture.open();
        Machine dead = Machines.create(fixture, first);
        Machine alive = Machines.create(fixture, first);
        Machines.kill(dead.id());
        Machines.awaitExit(dead);
        Set<MachineRecord> expected = Set.of(dead.record(), alive.record());
        Expect.equal("machines", expected, new HashSet<>(first.machines()));
        fixture.close(first);
        Expect.equal("machines", expected, new HashSet<>(hypervisor.machines()));
        // What is listed is enough to go on.
        for (MachineRecord record : hypervisor.machines()) {
            if (record.id().equals(alive.id())) {
                hypervisor.attach(record).stop();
            }
            hypervisor.destroy(record.id());
        }
        Expect.equal("machines", List.of(), hypervisor.machines());
    }

    private static void destroys(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        hypervisor.destroy(Machines.newId());
        Machine known = Machines.create(fixture, hypervisor);
        hypervisor.destroy(known.id());
        Expect.equal("reason", MachineExit.Reason.STOPPED, Machines.awaitExit(known).reason());
        Machines.expectNothing(fixture, known.id());
        hypervisor.destroy(known.id());

        Hypervisor first = fixture.open();
        Machine unknown = Machines.create(fixture, first);
        unknown.start();
        fixture.close(first);
        hypervisor.destroy(unknown.id());
        Machines.expectNothing(fixture, unknown.id());
        hypervisor.destroy(unknown.id());
    }

    private static void assigns(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Hypervisor first = fixture.open();
        Machine machine = Machines.create(fixture, first);
        MachineRecord old = machine.record();
        machine.assign("sandbox/new-owner");
        Expect.equal("owner", "sandbox/new-owner", machine.record().owner());
        fixture.close(first);
        Expect.equal("listed", "sandbox/new-owner", hypervisor.machines().getFirst().owner());
        // Even the platform's record may be older than the change.
        try (Machine after = hypervisor.attach(old)) {
            Expect.equal("owner", "sandbox/new-owner", after.record().owner());
            after.stop();
        }
    }
}
