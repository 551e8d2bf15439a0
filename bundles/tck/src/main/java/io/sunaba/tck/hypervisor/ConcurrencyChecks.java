package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.tck.Callers;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Footprint;
import io.sunaba.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Many at once, interrupted ones, and what is left of them.
final class ConcurrencyChecks {
    private static final int MACHINES = 20;
    private static final int INTERRUPTS = 25;
    private static final int KILLS = 8;

    private ConcurrencyChecks() {}

    private static Duration promptly() {
        return Patience.get().dividedBy(2);
    }

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("makes twenty machines at once", ConcurrencyChecks::manyMachines),
                check("makes one machine of an id, however many ask", ConcurrencyChecks::oneId),
                check("stops once, however many ask", ConcurrencyChecks::manyStops),
                check("leaves nothing of an interrupted creation", ConcurrencyChecks::interrupted),
                check(
                        "leaves nothing of a creation whose process is killed",
                        ConcurrencyChecks::killed),
                check("completes an interrupted stop", ConcurrencyChecks::interruptedStop),
                check("leaves no process, thread or open file", ConcurrencyChecks::footprint));
    }

    private static void manyMachines(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        ConcurrentLinkedQueue<Machine> machines = new ConcurrentLinkedQueue<>();
        Callers.together(MACHINES, _ -> machines.add(Machines.create(fixture, hypervisor)));
        Expect.equal("machines", MACHINES, hypervisor.machines().size());
        Callers.together(
                MACHINES,
                _ -> {
                    try (Machine machine = machines.remove()) {
                        machine.start();
                        machine.pause();
                        machine.stop();
                        Machines.expectNothing(fixture, machine.id());
                    }
                });
        Expect.equal("machines", List.of(), hypervisor.machines());
    }

    private static void oneId(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        MachineSpec spec = Machines.newSpec(fixture);
        ConcurrentLinkedQueue<Machine> machines = new ConcurrentLinkedQueue<>();
        try {
            Callers.together(MACHINES, _ -> machines.add(hypervisor.create(spec)));
        } catch (AssertionError expected) {
            Expect.equal("refused", MACHINES - 1, 1 + expected.getSuppressed().length);
        }
        Expect.equal("machines", 1, machines.size());
        Expect.equal("processes", 1, Machines.processesOf(spec.id()).size());
        machines.remove().stop();
    }

    private static void manyStops(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine machine = Machines.createUp(fixture, hypervisor);
        Callers.together(
                MACHINES,
                caller -> {
                    if (caller % 2 == 0) {
                        machine.stop();
                    } else {
                        hypervisor.destroy(machine.id());
                    }
                    Machines.expectNothing(fixture, machine.id());
                });
    }

    private static void interrupted(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        long started = System.nanoTime();
        Machines.create(fixture, hypervisor).stop();
        long usual = System.nanoTime() - started;
        for (int i = 0; i < INTERRUPTS; i++) {
            MachineSpec spec = Machines.newSpec(fixture);
            Machine machine = interruptAfter(usual * i / INTERRUPTS, () -> hypervisor.create(spec));
            if (machine != null) {
                machine.stop();
            }
            Machines.expectNothing(fixture, spec.id());
            Expect.equal("machines", List.of(), hypervisor.machines());
        }
    }

    private static void killed(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        long started = System.nanoTime();
        Machines.create(fixture, hypervisor).stop();
        long usual = System.nanoTime() - started;
        for (int i = 0; i < KILLS; i++) {
            MachineSpec spec = Machines.newSpec(fixture);
            CompletableFuture<Machine> creation = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            creation.complete(hypervisor.create(spec));
                        } catch (Throwable e) {
                            creation.completeExceptionally(e);
                        }
                    });
            List<ProcessHandle> processes = Machines.processesOf(spec.id());
            while (processes.isEmpty()) {
                processes = Machines.processesOf(spec.id());
            }
            LockSupport.parkNanos(usual * i / KILLS);
            processes.forEach(ProcessHandle::destroyForcibly);
            try (Machine machine = creation.get(promptly().toMillis(), TimeUnit.MILLISECONDS)) {
                Machines.awaitExit(machine);
                machine.stop();
            } catch (ExecutionException e) {
                Throwable failure = e.getCause();
                Expect.that(
                        failure instanceof VmmFailedException,
                        "a VMM that died is told of, not " + failure);
            }
            Machines.expectNothing(fixture, spec.id());
        }
    }

    private static void interruptedStop(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        for (int i = 0; i < INTERRUPTS / 5; i++) {
            Machine machine = Machines.create(fixture, hypervisor);
            machine.start();
            interruptAfter(
                    TimeUnit.MILLISECONDS.toNanos(i),
                    () -> {
                        machine.stop();
                        return machine;
                    });
            Machines.expectNothing(fixture, machine.id());
        }
    }

    /// What is to be interrupted.
    @FunctionalInterface
    interface Work {
        Machine run() throws Exception;
    }

    /// Runs work on a virtual thread and interrupts it after a while. Returns what the work did if
    /// the interrupt was ignored or came late, null if it ended the work.
    static @Nullable Machine interruptAfter(long nanos, Work work) throws Exception {
        CompletableFuture<@Nullable Machine> done = new CompletableFuture<>();
        Thread worker =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                done.complete(work.run());
                            } catch (InterruptedException _) {
                                done.complete(null);
                            } catch (Throwable e) {
                                done.completeExceptionally(e);
                            }
                        });
        LockSupport.parkNanos(nanos);
        worker.interrupt();
        try {
            return done.get(promptly().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("expected an InterruptedException", e.getCause());
        }
    }

    private static void footprint(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Throwable {
        lifeAndEnds(fixture);
        Footprint before = Footprint.now();
        lifeAndEnds(fixture);
        before.expectNothingMore();
    }

    private static void lifeAndEnds(HypervisorFixture fixture) throws Throwable {
        Machines.withOpen(
                fixture,
                (_, hypervisor) -> {
                    Machine stopped = Machines.createUp(fixture, hypervisor);
                    Machine killed = Machines.create(fixture, hypervisor);
                    Machine twice = hypervisor.attach(stopped.record());
                    Machines.kill(killed.id());
                    Machines.awaitExit(killed);
                    killed.stop();
                    stopped.stop();
                    twice.close();
                });
    }
}
