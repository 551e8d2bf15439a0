package io.sunaba.tck.factory;

import static io.sunaba.tck.factory.FactoryContract.check;
import static java.util.Objects.requireNonNullElse;

import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.factory.FactoryFixture.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// What is said, and what is left, when no machine can be had.
final class FailureChecks {
    private static final String OWNER = "sandbox/one";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(30);

    /// How soon after its time a request must have failed, on a busy machine.
    private static final Duration PROMPT = Duration.ofSeconds(10);

    private FailureChecks() {}

    static List<Check<FactoryFixture>> all() {
        return List.of(
                check("gives up when it is interrupted", FailureChecks::interrupted),
                check(
                        "leaves nothing when it was interrupted",
                        FailureChecks::nothingOfInterrupted),
                check("fails in time when the guest is silent", FailureChecks::silent),
                check("leaves nothing of a silent guest", FailureChecks::nothingOfSilent),
                check("says that a machine died on the way", FailureChecks::dead),
                check(
                        "leaves nothing of a machine that died on the way",
                        FailureChecks::nothingOfDead),
                check("serves again after failures", FailureChecks::servesAgain),
                check("names a hypervisor that is not there", FailureChecks::refuses),
                check(
                        "serves a request for shared memory, or refuses it and starts nothing",
                        FailureChecks::sharedMemory),
                check("starts nothing that it cannot serve", FailureChecks::startsNothing),
                new Check<>(
                        "refuses a configuration that breaks a rule",
                        FailureChecks::misconfigured));
    }

    private static void interrupted(FactoryFixture fixture, VmFactory factory) throws Exception {
        Throwable failure = failureOfInterrupted(fixture, factory);
        Expect.that(
                failure instanceof InterruptedException,
                "it fails with InterruptedException: " + failure);
    }

    private static void nothingOfInterrupted(FactoryFixture fixture, VmFactory factory)
            throws Exception {
        failureOfInterrupted(fixture, factory);
        expectNothing(fixture, factory);
    }

    private static Throwable failureOfInterrupted(FactoryFixture fixture, VmFactory factory)
            throws Exception {
        CompletableFuture<Vm> served = new CompletableFuture<>();
        HypervisorConfig config = Host.with(fixture.config(OWNER), hypervisor(fixture), LONG);
        try (Trouble _ = fixture.silence()) {
            Thread caller =
                    Thread.startVirtualThread(() -> {
                        try {
                            served.complete(factory.newVm(config));
                        } catch (Throwable e) {
                            served.completeExceptionally(e);
                        }
                    });
            caller.join(SHORT);
            caller.interrupt();
            served.get(PROMPT.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("expected that nobody is served whose guest is silent");
        } catch (ExecutionException e) {
            return requireNonNullElse(e.getCause(), e);
        }
    }

    private static void silent(FactoryFixture fixture, VmFactory factory) throws Exception {
        long begun = System.nanoTime();
        failureOfSilent(fixture, factory);
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        Expect.that(taken.compareTo(PROMPT) < 0, "it fails in time: " + taken);
    }

    private static void nothingOfSilent(FactoryFixture fixture, VmFactory factory)
            throws Exception {
        failureOfSilent(fixture, factory);
        expectNothing(fixture, factory);
    }

    private static void failureOfSilent(FactoryFixture fixture, VmFactory factory) {
        HypervisorConfig config = Host.with(fixture.config(OWNER), hypervisor(fixture), SHORT);
        try (Trouble _ = fixture.silence()) {
            Expect.failure(SunabaException.class, "request, silent", () -> factory.newVm(config));
        }
    }

    private static void dead(FactoryFixture fixture, VmFactory factory) {
        failureOfDead(fixture, factory);
    }

    private static void nothingOfDead(FactoryFixture fixture, VmFactory factory) throws Exception {
        failureOfDead(fixture, factory);
        expectNothing(fixture, factory);
    }

    private static void failureOfDead(FactoryFixture fixture, VmFactory factory) {
        try (Trouble _ = fixture.death()) {
            Expect.failure(
                    SunabaException.class,
                    "request, dead",
                    () -> factory.newVm(fixture.config(OWNER)));
        }
    }

    private static void servesAgain(FactoryFixture fixture, VmFactory factory) throws Exception {
        failureOfSilent(fixture, factory);
        fixture.ready(factory);
        failureOfDead(fixture, factory);
        fixture.ready(factory);
        Vm vm = factory.newVm(fixture.config(OWNER));
        Host.expectGood(fixture, vm, OWNER);
        Host.end(vm);
    }

    private static void refuses(FactoryFixture fixture, VmFactory factory) {
        HypervisorConfig config = Host.with(fixture.config(OWNER), "nonesuch", LONG);
        Expect.names(
                Expect.failure(
                        SunabaException.class, "request, nonesuch", () -> factory.newVm(config)),
                "nonesuch");
    }

    private static void sharedMemory(FactoryFixture fixture, VmFactory factory) throws Exception {
        HypervisorConfig shared = Host.withSharedMemory(fixture.config(OWNER));
        List<String> before = Host.ids(fixture);
        try {
            Vm vm = factory.newVm(shared);
            Host.expectGood(fixture, vm, OWNER);
            Host.end(vm);
        } catch (RejectedException _) {
            Expect.equal("machines", before, Host.ids(fixture));
        }
        expectNothing(fixture, factory);
    }

    private static void startsNothing(FactoryFixture fixture, VmFactory factory) throws Exception {
        HypervisorConfig config = Host.with(fixture.config(OWNER), "nonesuch", LONG);
        Expect.failure(Throwable.class, "request, nonesuch", () -> factory.newVm(config));
        expectNothing(fixture, factory);
    }

    private static void misconfigured(FactoryFixture fixture) {
        String wrong = "../ \0wrong";
        Expect.names(
                Expect.failure(
                        RejectedException.class,
                        "configuration",
                        () -> fixture.openMisconfigured(wrong)),
                wrong);
    }

    /// Expects that there is nothing of the request, and when the factory has stopped nothing at
    /// all.
    private static void expectNothing(FactoryFixture fixture, VmFactory factory) throws Exception {
        Expect.equal("machines of " + OWNER, List.of(), Host.owned(fixture, OWNER));
        fixture.close(factory);
        Expect.equal("machines", List.of(), Host.ids(fixture));
        Expect.equal("connections to agents", 0, fixture.sessions());
    }

    private static String hypervisor(FactoryFixture fixture) {
        return fixture.config(OWNER).hypervisor();
    }
}
