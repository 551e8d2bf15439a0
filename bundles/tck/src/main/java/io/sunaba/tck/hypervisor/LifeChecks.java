package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;

import io.sunaba.error.ConflictException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// From creation to end.
final class LifeChecks {
    private static final Duration MOMENT = Duration.ofMillis(500);

    private LifeChecks() {}

    /// How soon an end that nobody asked for must be noticed, on a busy machine.
    private static long noticeMillis() {
        return Patience.get().dividedBy(10).toMillis();
    }

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("goes through every state", LifeChecks::everyState),
                check("names the state that forbids an operation", LifeChecks::illegal),
                check("stops from every state and leaves nothing", LifeChecks::stopsFromAnywhere),
                check("does nothing when stopped again", LifeChecks::stopsOnce),
                check("is of no use once gone", LifeChecks::gone),
                check("tells who waits that it was stopped", LifeChecks::tellsStop),
                check("tells who waits that it was killed, at once", LifeChecks::tellsKill),
                check("tells nothing through a closed handle", LifeChecks::closedHandle),
                check("keeps the end of the console within bounds", LifeChecks::console));
    }

    private static void everyState(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        MachineSpec spec = Machines.newSpec(fixture);
        try (Machine machine = hypervisor.create(spec)) {
            Expect.equal("id", spec.id(), machine.id());
            Expect.equal("id in the record", spec.id(), machine.record().id());
            Expect.equal("owner", spec.config().owner(), machine.record().owner());
            Expect.that(!Machines.processesOf(spec.id()).isEmpty(), "its id is in a command line");
            Machines.expectState(MachineState.CREATED, machine);
            machine.start();
            Machines.expectState(MachineState.RUNNING, machine);
            machine.resume();
            machine.pause();
            Machines.expectState(MachineState.PAUSED, machine);
            machine.pause();
            Machines.expectState(MachineState.PAUSED, machine);
            machine.resume();
            Machines.expectState(MachineState.RUNNING, machine);
            fixture.awaitUp(machine);
            machine.stop();
            Machines.expectState(MachineState.GONE, machine);
            Machines.expectNothing(fixture, spec.id());
        }
    }

    private static void illegal(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Machines.create(fixture, hypervisor);
        refused(MachineState.CREATED, machine::pause);
        refused(MachineState.CREATED, machine::resume);
        machine.start();
        refused(MachineState.RUNNING, machine::start);
        machine.pause();
        refused(MachineState.PAUSED, machine::start);
        machine.stop();
    }

    private static void refused(MachineState state, Expect.Action operation) {
        Expect.names(
                Expect.failure(ConflictException.class, "operation in " + state, operation),
                state.name());
    }

    private static void stopsFromAnywhere(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine created = Machines.create(fixture, hypervisor);
        Machine running = Machines.createUp(fixture, hypervisor);
        Machine paused = Machines.create(fixture, hypervisor);
        paused.start();
        paused.pause();
        for (Machine machine : List.of(created, running, paused)) {
            machine.stop();
            Machines.expectNothing(fixture, machine.id());
        }
    }

    private static void stopsOnce(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine machine = Machines.create(fixture, hypervisor);
        machine.stop();
        MachineExit exit = Machines.awaitExit(machine);
        machine.stop();
        hypervisor.destroy(machine.id());
        Expect.equal("exit", exit, Machines.awaitExit(machine));
        machine.close();
        machine.close();
    }

    private static void gone(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Machines.create(fixture, hypervisor);
        machine.stop();
        Stream.<Expect.Action>of(
                        machine::start,
                        machine::pause,
                        machine::resume,
                        () -> machine.assign("somebody"),
                        () -> machine.ability(UsageMetrics.class))
                .forEach(operation -> refused(MachineState.GONE, operation));
        Expect.equal("record's id", machine.id(), machine.record().id());
        Expect.equal("console", List.of(), machine.consoleTail(10));
        // Random ids are never used twice; but that nothing is left holds for memory too.
        MachineSpec spec = new MachineSpec(machine.id(), fixture.config());
        try (Machine again = hypervisor.create(spec)) {
            again.stop();
        }
    }

    private static void tellsStop(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine machine = Machines.create(fixture, hypervisor);
        CompletableFuture<MachineState> seen = new CompletableFuture<>();
        var _ =
                machine.exited()
                        .thenRun(() -> {
                            // Blocks, as dependents may.
                            machine.consoleTail(1);
                            seen.complete(machine.state());
                        });
        machine.stop();
        Expect.equal("reason", MachineExit.Reason.STOPPED, Machines.awaitExit(machine).reason());
        Expect.equal("state in a dependent", MachineState.GONE, seen.get());
    }

    private static void tellsKill(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine machine = Machines.createUp(fixture, hypervisor);
        long started = System.nanoTime();
        Machines.kill(machine.id());
        MachineExit exit = Machines.awaitExit(machine);
        long millis = (System.nanoTime() - started) / 1_000_000;
        Expect.that(millis < noticeMillis(), "its end is noticed at once, not after " + millis);
        Expect.equal("reason", MachineExit.Reason.FAILED, exit.reason());
        Expect.that(!exit.detail().isEmpty(), "the detail says how it ended");
        Machines.expectState(MachineState.GONE, machine);
        Expect.equal("listed", 1, hypervisor.machines().size());
        machine.stop();
        Expect.equal("exit", exit, Machines.awaitExit(machine));
    }

    private static void closedHandle(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        Machine machine = Machines.create(fixture, hypervisor);
        Machine other = hypervisor.attach(machine.record());
        machine.close();
        machine.close();
        other.stop();
        Machines.awaitExit(other);
        Expect.that(!tells(machine), "a closed handle tells nothing");
    }

    /// Tells whether word of a machine's end comes within a moment.
    private static boolean tells(Machine machine) throws Exception {
        try {
            var _ =
                    machine.exited()
                            .toCompletableFuture()
                            .get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        }
    }

    private static void console(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Machines.createUp(fixture, hypervisor);
        Expect.that(machine.consoleTail(3).size() <= 3, "no more lines than asked for");
        Expect.equal("no lines", List.of(), machine.consoleTail(0));
        machine.stop();
    }
}
