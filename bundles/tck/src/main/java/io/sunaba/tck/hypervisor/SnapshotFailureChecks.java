package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Snapshots.check;

import io.sunaba.error.SunabaException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Footprint;
import io.sunaba.tck.Patience;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Saving and restoring that is interrupted, or whose process is killed, leaves nothing half done.
final class SnapshotFailureChecks {
    private static final int INTERRUPTS = 12;
    private static final int KILLS = 8;

    private SnapshotFailureChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("leaves nothing of an interrupted save", SnapshotFailureChecks::saves),
                check("leaves nothing of an interrupted restore", SnapshotFailureChecks::restores),
                check(
                        "leaves no half snapshot of a machine that is killed",
                        SnapshotFailureChecks::killedSaves),
                check(
                        "leaves nothing of a restore whose process is killed",
                        SnapshotFailureChecks::killedRestores),
                check("saves and restores without a leak", SnapshotFailureChecks::footprint));
    }

    private static void saves(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Snapshots.createPaused(fixture, hypervisor);
        Snapshot snapshot = machine.ability(Snapshot.class);
        long usual = usualSave(fixture, machine);
        for (int i = 0; i < INTERRUPTS; i++) {
            // Each from the beginning, not from what was kept of the one before.
            machine.resume();
            machine.pause();
            Path directory = Snapshots.newDirectory(fixture);
            Machine saved =
                    ConcurrencyChecks.interruptAfter(
                            usual * i / INTERRUPTS,
                            () -> {
                                snapshot.save(directory);
                                return machine;
                            });
            Machines.expectState(MachineState.PAUSED, machine);
            if (saved == null) {
                Snapshots.expectEmpty(directory);
                snapshot.save(directory);
            }
            Snapshots.restorer(hypervisor).verify(directory);
            if (i % 4 == 0) {
                Snapshots.restore(fixture, hypervisor, directory).stop();
            }
            Snapshots.delete(directory);
        }
        machine.resume();
        machine.stop();
    }

    private static long usualSave(HypervisorFixture fixture, Machine machine) throws Exception {
        Path directory = Snapshots.newDirectory(fixture);
        long started = System.nanoTime();
        machine.ability(Snapshot.class).save(directory);
        long usual = System.nanoTime() - started;
        Snapshots.delete(directory);
        return usual;
    }

    private static long usualRestore(
            HypervisorFixture fixture, Hypervisor hypervisor, Path directory) throws Exception {
        long started = System.nanoTime();
        Snapshots.restore(fixture, hypervisor, directory).stop();
        return System.nanoTime() - started;
    }

    private static void restores(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        long usual = usualRestore(fixture, hypervisor, directory);
        for (int i = 0; i < INTERRUPTS; i++) {
            MachineSpec spec = Snapshots.newSpec(fixture);
            Machine machine =
                    ConcurrencyChecks.interruptAfter(
                            usual * i / INTERRUPTS,
                            () -> Snapshots.restorer(hypervisor).restore(spec, directory));
            if (machine != null) {
                machine.stop();
            }
            Machines.expectNothing(fixture, spec.id());
            Expect.equal("machines", List.of(), hypervisor.machines());
        }
        Snapshots.restore(fixture, hypervisor, directory).stop();
    }

    private static void killedSaves(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine first = Snapshots.createPaused(fixture, hypervisor);
        long usual = usualSave(fixture, first);
        first.stop();
        for (int i = 0; i < KILLS; i++) {
            Machine machine = Snapshots.createPaused(fixture, hypervisor);
            Path directory = Snapshots.newDirectory(fixture);
            CompletableFuture<Void> saving =
                    start(() -> machine.ability(Snapshot.class).save(directory));
            LockSupport.parkNanos(usual * i / KILLS);
            Machines.kill(machine.id());
            try {
                saving.get(Patience.get().toSeconds(), TimeUnit.SECONDS);
                Snapshots.restorer(hypervisor).verify(directory);
            } catch (ExecutionException e) {
                Throwable failure = e.getCause();
                Expect.that(
                        failure instanceof SunabaException,
                        "a machine that died is told of, not " + failure);
                Snapshots.expectEmpty(directory);
            }
            Machines.awaitExit(machine);
            machine.stop();
            Machines.expectNothing(fixture, machine.id());
        }
    }

    private static void killedRestores(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        long usual = usualRestore(fixture, hypervisor, directory);
        for (int i = 0; i < KILLS; i++) {
            MachineSpec spec = Snapshots.newSpec(fixture);
            CompletableFuture<Void> restoring =
                    start(() -> Snapshots.restorer(hypervisor).restore(spec, directory));
            List<ProcessHandle> processes = Machines.processesOf(spec.id());
            while (processes.isEmpty()) {
                processes = Machines.processesOf(spec.id());
            }
            LockSupport.parkNanos(usual * i / KILLS);
            processes.forEach(ProcessHandle::destroyForcibly);
            try {
                restoring.get(Patience.get().toSeconds(), TimeUnit.SECONDS);
                hypervisor.destroy(spec.id());
            } catch (ExecutionException e) {
                Throwable failure = e.getCause();
                Expect.that(
                        failure instanceof VmmFailedException,
                        "a VMM that died is told of, not " + failure);
            }
            Machines.expectNothing(fixture, spec.id());
        }
    }

    private static CompletableFuture<Void> start(Expect.Action work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    private static void footprint(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        saveAndRestore(fixture, hypervisor);
        Footprint before = Footprint.now();
        saveAndRestore(fixture, hypervisor);
        before.expectNothingMore();
    }

    private static void saveAndRestore(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        Snapshots.restorer(hypervisor).verify(directory);
        Machine machine = Snapshots.restore(fixture, hypervisor, directory);
        machine.resume();
        machine.stop();
        Snapshots.delete(directory);
    }
}
