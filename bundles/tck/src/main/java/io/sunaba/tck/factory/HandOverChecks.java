package io.sunaba.tck.factory;

import static io.sunaba.tck.factory.FactoryContract.check;

import io.sunaba.error.SunabaException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.tck.Callers;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What is handed out, and that it is the caller's from then on.
final class HandOverChecks {
    private static final int CALLERS = 100;
    private static final String OWNER = "sandbox/one";

    private HandOverChecks() {}

    static List<Check<FactoryFixture>> all() {
        return List.of(
                check("hands out a running machine whose agent answers", HandOverChecks::good),
                check("has machines bear their caller's name", HandOverChecks::owner),
                check(
                        "gives each of 100 callers a machine of its own, or says no",
                        HandOverChecks::distinct),
                new Check<>(
                        "does not end what it handed out when it stops", HandOverChecks::goesOn),
                new Check<>(
                        "does not cut what it handed out off when it stops",
                        HandOverChecks::staysConnected),
                new Check<>("ends what is its own when it stops", HandOverChecks::endsItsOwn));
    }

    private static void good(FactoryFixture fixture, VmFactory factory) throws Exception {
        Vm vm = factory.newVm(fixture.config(OWNER));
        Host.expectGood(fixture, vm, vm.machine().record().owner());
        Host.end(vm);
    }

    private static void owner(FactoryFixture fixture, VmFactory factory) throws Exception {
        for (String owner : List.of(OWNER, "sandbox/two")) {
            fixture.ready(factory);
            Vm vm = factory.newVm(fixture.config(owner));
            Expect.equal("owner", owner, vm.machine().record().owner());
            Expect.equal(
                    "machines of " + owner, List.of(vm.machine().id()), Host.owned(fixture, owner));
            Host.end(vm);
            Expect.equal("machines of " + owner, List.of(), Host.owned(fixture, owner));
        }
    }

    private static void distinct(FactoryFixture fixture, VmFactory factory) throws Exception {
        Map<String, Vm> served = new ConcurrentHashMap<>();
        Callers.together(
                CALLERS,
                caller -> {
                    String owner = "sandbox/caller-" + caller;
                    Vm vm;
                    try {
                        vm = factory.newVm(fixture.config(owner));
                    } catch (SunabaException _) {
                        Expect.equal(
                                "machines of one refused", List.of(), Host.owned(fixture, owner));
                        return;
                    }
                    Vm other = served.put(vm.machine().id(), vm);
                    Expect.that(other == null, "nobody else has machine " + vm.machine().id());
                    Host.expectGood(fixture, vm, owner);
                });
        Expect.that(!served.isEmpty(), "somebody was served");
        for (Vm vm : served.values()) {
            Host.end(vm);
        }
    }

    private static void goesOn(FactoryFixture fixture) throws Exception {
        Vm vm = serve(fixture);
        Expect.equal(
                "machines of " + OWNER, List.of(vm.machine().id()), Host.owned(fixture, OWNER));
        vm.machine().pause();
        vm.machine().resume();
        Host.end(vm);
    }

    private static void staysConnected(FactoryFixture fixture) throws Exception {
        Vm vm = serve(fixture);
        vm.agent().check();
        Host.end(vm);
    }

    private static void endsItsOwn(FactoryFixture fixture) throws Exception {
        Vm vm = serve(fixture);
        Expect.equal("machines", List.of(vm.machine().id()), Host.ids(fixture));
        Expect.equal("connections to agents", 1, fixture.sessions());
        Host.end(vm);
        Expect.equal("connections to agents", 0, fixture.sessions());
    }

    /// Has a machine handed out, and the factory stopped.
    private static Vm serve(FactoryFixture fixture) throws Exception {
        VmFactory factory = fixture.open();
        try {
            fixture.ready(factory);
            return factory.newVm(fixture.config(OWNER));
        } finally {
            fixture.close(factory);
        }
    }
}
