package io.sunaba.core.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTest {
    @TempDir Path directory;
    private Platform platform;

    @BeforeEach
    void start() {
        platform = new Platform(directory, Duration.ofSeconds(2));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private Sandbox running() throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
        sandbox.start();
        return sandbox;
    }

    private Sandbox found() {
        return platform.sandboxes.find("web").orElseThrow();
    }

    @Test
    void sandboxesGoOnOverAStopAndAStart() throws InterruptedException {
        Sandbox before = running();
        platform.stop();
        assertThat(platform.hypervisor.only().exit).isNotDone();
        assertThat(platform.hypervisor.openHandles).hasValue(0);
        assertThat(platform.driver.openConnections).hasValue(0);
        assertThatThrownBy(before::status).isInstanceOf(UnavailableException.class);
        platform.start();
        assertThat(platform.sandboxes.list())
                .singleElement()
                .extracting(SandboxStatus::state)
                .isEqualTo(SandboxState.RUNNING);
        Sandbox sandbox = platform.sandboxes.fetch("web");
        String process = sandbox.enterContainer("one", new ProcessConfig(List.of("exit", "4")));
        assertThat(sandbox.waitProcess("one", process).code()).isEqualTo(4);
        sandbox.createContainer(platform.container("two", "sleep"));
        platform.hypervisor.only().guest.process("one", "one").exit.complete(6);
        assertThat(sandbox.waitProcess("one", "one").code()).isEqualTo(6);
        sandbox.stop(false);
        sandbox.delete();
        platform.assertNothingLeft();
    }

    @Test
    void endOfAContainerIsNoticedAfterARestartWithoutBeingAskedFor() throws InterruptedException {
        running();
        platform.stop();
        platform.start();
        platform.hypervisor.only().guest.process("one", "one").exit.complete(9);
        Platform.await(
                "the end is noticed",
                () -> found().statusContainer("one").state() == ContainerState.STOPPED);
        assertThat(found().statusContainer("one").exit()).extracting(ExitStatus::code).isEqualTo(9);
    }

    @Test
    void sandboxIsThereBeforeTheMachineOfAnotherIs() throws Exception {
        running();
        platform.create("other");
        platform.stop();
        CountDownLatch attached = new CountDownLatch(1);
        platform.faults.arm("hypervisor.attach", attached::await);
        platform.start();
        Running<List<SandboxStatus>> all = Platform.run(() -> platform.sandboxes.list());
        Running<Sandbox> web = Platform.run(this::found);
        Running<Sandbox> other = Platform.run(() -> platform.sandboxes.find("other").orElseThrow());
        Object first =
                CompletableFuture.anyOf(web.result(), other.result()).get(20, TimeUnit.SECONDS);
        assertThat(all.result()).isNotDone();
        attached.countDown();
        assertThat(first).isInstanceOf(Sandbox.class);
        assertThat(all.result().get(20, TimeUnit.SECONDS)).hasSize(2);
        assertThat(web.result().get(20, TimeUnit.SECONDS).id()).isEqualTo("web");
        assertThat(other.result().get(20, TimeUnit.SECONDS).id()).isEqualTo("other");
    }

    @Test
    void machineThatIsGoneIsOnRecordAtOnce() throws InterruptedException {
        running();
        platform.stop();
        platform.hypervisor.only().kill();
        platform.start();
        SandboxStatus status = platform.sandboxes.list().getFirst();
        assertThat(status.state()).isEqualTo(SandboxState.STOPPED);
        assertThat(status.reason()).contains("gone");
        assertThat(status.containers().getFirst().state()).isEqualTo(ContainerState.STOPPED);
        Platform.await("its traces are removed", platform.hypervisor.hosts::isEmpty);
        found().start();
        assertThat(found().status().state()).isEqualTo(SandboxState.RUNNING);
    }

    @Test
    void machineThatIsGoneIsOnRecordAlsoIfItsAgentIsLookedForFirst() throws InterruptedException {
        running();
        platform.stop();
        platform.hypervisor.only().kill();
        platform.startWithoutHypervisor();
        assertThat(found().status().state()).isEqualTo(SandboxState.RUNNING);
        platform.remove(platform.driver);
        platform.add(platform.driver);
        long added = System.nanoTime();
        platform.add(platform.hypervisor);
        Platform.await("stopped", () -> found().status().state() == SandboxState.STOPPED);
        assertThat(Duration.ofNanos(System.nanoTime() - added))
                .as("less than the second for which a lost connection waits for an explanation")
                .isLessThan(Duration.ofMillis(900));
    }

    @Test
    void creationThatACrashCutShortIsUndone() throws Exception {
        CountDownLatch reached = platform.faults.hang("agent.createSandbox");
        Running<Sandbox> creation = Platform.run(() -> platform.create("web"));
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        Platform crashed = platform;
        platform.start();
        Platform.await("the machine is ended", crashed.hypervisor.hosts::isEmpty);
        Platform.await(
                "the record is removed",
                () -> !platform.storage.records.containsKey("sandbox/web"));
        assertThat(platform.sandboxes.list()).isEmpty();
        Platform.await(
                "the id is free again", () -> platform.storage.records.get("sandboxes") != null);
        creation.thread().interrupt();
    }

    @Test
    void halfMadeSandboxWaitsForItsHypervisor() throws Exception {
        CountDownLatch reached = platform.faults.hang("agent.createSandbox");
        Running<Sandbox> creation = Platform.run(() -> platform.create("web"));
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        byte[] intent = platform.storage.load("sandbox/web");
        byte[] index = platform.storage.load("sandboxes");
        creation.thread().interrupt();
        Platform.await("undone", () -> !platform.storage.records.containsKey("sandbox/web"));
        platform.stop();
        platform.storage.save("sandbox/web", intent);
        platform.storage.save("sandboxes", index);
        platform.startWithoutHypervisor();
        assertThat(platform.sandboxes.list()).isEmpty();
        assertThatThrownBy(() -> platform.create("web"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("web", "undone");
        platform.add(platform.hypervisor);
        Platform.await("removed", () -> !platform.storage.records.containsKey("sandbox/web"));
        assertThat(platform.sandboxes.list()).isEmpty();
    }

    @Test
    void machinesAreLeftAloneWhenAStorageHasLostEverything() throws InterruptedException {
        running();
        platform.stop();
        platform.storage.records.clear();
        platform.start();

        assertThat(platform.sandboxes.list()).isEmpty();
        platform.create("other");
        assertThat(platform.hypervisor.hosts).hasSize(2);
    }

    @Test
    void machineThatNobodyClaimsIsEnded() throws InterruptedException {
        running();
        platform.stop();
        platform.storage.records.remove("sandbox/web");
        byte[] empty =
                new String(platform.storage.load("sandboxes"), UTF_8)
                        .replace("\"web\"", "")
                        .getBytes(UTF_8);
        platform.storage.records.put("sandboxes", empty);
        platform.storage.records.put("sandboxes.copy", empty);
        platform.start();
        Platform.await("the orphan is ended", platform.hypervisor.hosts::isEmpty);
        assertThat(platform.sandboxes.list()).isEmpty();
    }

    private byte[] loseRecord() {
        return requireNonNull(platform.storage.records.remove("sandbox/web"));
    }

    private void assertShownAsLost() {
        SandboxStatus status = found().status();
        assertThat(status.state()).isEqualTo(SandboxState.STOPPED);
        assertThat(status.reason())
                .contains(
                        "record",
                        "missing",
                        "'fake'",
                        platform.hypervisor.only().spec.id(),
                        "restore",
                        "delete");
        assertThat(platform.hypervisor.only().exit).isNotDone();
        assertThatThrownBy(() -> found().start()).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> platform.create("web")).isInstanceOf(ConflictException.class);
    }

    @Test
    void machineOfALostRecordGoesOnUntilItsSandboxIsDeleted() throws InterruptedException {
        running();
        for (int starts = 0; starts < 2; starts++) {
            platform.stop();
            platform.storage.records.remove("sandbox/web");
            platform.start();
            assertThat(platform.sandboxes.list()).hasSize(1);
            assertShownAsLost();
        }
        found().delete();
        assertThat(platform.sandboxes.list()).isEmpty();
        platform.assertNothingLeft();
    }

    @Test
    void lostRecordThatIsBackMakesTheSandboxWholeAgain() throws InterruptedException {
        running();
        platform.stop();
        byte[] lost = loseRecord();
        platform.start();
        assertShownAsLost();
        platform.storage.records.put("sandbox/web", lost);
        assertThat(found().status().state()).isEqualTo(SandboxState.RUNNING);
        assertThat(found().statsContainer("one").processes()).isEqualTo(1);
    }

    @Test
    void lostRecordCanBeImported() throws InterruptedException {
        running();
        Path export = directory.resolve("export");
        platform.storages().exportTo(export);
        platform.stop();
        platform.storage.records.remove("sandbox/web");
        platform.start();
        assertShownAsLost();
        assertThat(platform.storages().importFrom(export)).containsExactly("web");
        assertThat(found().status().state()).isEqualTo(SandboxState.RUNNING);
        assertThat(found().statsContainer("one").processes()).isEqualTo(1);
        assertThatThrownBy(() -> platform.storages().importFrom(export))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    void machineOfALostRecordIsShownAlsoIfItsHypervisorIsLate() throws InterruptedException {
        running();
        platform.stop();
        platform.storage.records.remove("sandbox/web");
        platform.startWithoutHypervisor();
        assertThat(platform.sandboxes.list()).isEmpty();
        platform.add(platform.hypervisor);
        Platform.await("it is shown", () -> platform.sandboxes.find("web").isPresent());
        assertShownAsLost();
    }

    @Test
    void nameWithoutRecordAndMachineIsFree() throws InterruptedException {
        platform.create("web");
        platform.hypervisor.only().kill();
        Platform.await("its traces are removed", platform.hypervisor.hosts::isEmpty);
        platform.stop();
        platform.storage.records.remove("sandbox/web");
        platform.start();
        assertThat(platform.sandboxes.list()).isEmpty();
        running();
        platform.stop();
        platform.start();
        assertThat(found().status().state()).isEqualTo(SandboxState.RUNNING);
    }

    @Test
    void damagedRecordHindersNoOtherAndCanBeDeleted() throws InterruptedException {
        running();
        platform.create("other");
        platform.stop();
        platform.storage.records.put("sandbox/web", "{\"format\":9}".getBytes(UTF_8));
        platform.start();
        assertThat(platform.sandboxes.list())
                .extracting(SandboxStatus::id)
                .containsExactlyInAnyOrder("web", "other");
        assertThat(found().status().state()).isEqualTo(SandboxState.STOPPED);
        assertThat(found().status().reason()).contains("format 9");
        assertThat(platform.hypervisor.hosts).hasSize(2);
        assertThatThrownBy(found()::start)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("format 9");
        assertThatThrownBy(() -> platform.create("web")).isInstanceOf(ConflictException.class);
        found().stop(true);
        found().delete();
        assertThat(platform.hypervisor.only().spec.config().owner()).isEqualTo("sandbox/other");
        platform.sandboxes.fetch("other").delete();
        platform.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sandboxes", "sandboxes.copy"})
    void eitherCopyOfTheIndexWillDo(String damaged) throws InterruptedException {
        running();
        platform.stop();
        byte[] index = platform.storage.load("sandboxes");
        platform.storage.save(damaged, "{".getBytes(UTF_8));
        platform.start();
        assertThat(platform.sandboxes.list()).hasSize(1);
        assertThat(platform.storage.load(damaged)).isEqualTo(index);
        platform.stop();
        platform.storage.delete(damaged);
        platform.start();
        assertThat(platform.sandboxes.list()).hasSize(1);
        assertThat(platform.hypervisor.only().exit).isNotDone();
        assertThat(platform.storage.load(damaged)).isEqualTo(index);
    }

    @Test
    void damagedIndexAndCopyEndNoMachine() throws InterruptedException {
        running();
        platform.stop();
        byte[] index = platform.storage.load("sandboxes");
        platform.storage.save("sandboxes", "{".getBytes(UTF_8));
        platform.storage.save("sandboxes.copy", "[]".getBytes(UTF_8));
        platform.start();
        assertThatThrownBy(() -> platform.sandboxes.list())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("fake", "sandboxes", "damaged", "copy");
        assertThatThrownBy(() -> platform.create("other")).isInstanceOf(UnavailableException.class);
        assertThat(platform.storage.load("sandboxes")).asString().isEqualTo("{");
        assertThat(platform.hypervisor.only().exit).isNotDone();
        platform.storage.save("sandboxes", index);
        assertThat(platform.sandboxes.list()).hasSize(1);
        assertThat(platform.storage.load("sandboxes.copy")).isEqualTo(index);
    }

    @Test
    void indexOfALaterVersionIsLeftAlone() throws InterruptedException {
        running();
        platform.stop();
        byte[] later = "{\"format\":99,\"ids\":{}}".getBytes(UTF_8);
        platform.storage.save("sandboxes", later);
        platform.start();
        assertThatThrownBy(() -> platform.sandboxes.list())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("sandboxes", "format 99", "later version");
        assertThat(platform.storage.load("sandboxes")).isEqualTo(later);
        assertThat(platform.hypervisor.only().exit).isNotDone();
    }

    @Test
    void recordThatWasMendedIsTakenUpWithoutARestart() throws InterruptedException {
        running();
        platform.stop();
        byte[] whole = platform.storage.load("sandbox/web");
        platform.storage.save("sandbox/web", "gone bad".getBytes(UTF_8));
        platform.start();
        assertThat(found().status().reason()).contains("damaged");
        platform.storage.save("sandbox/web", whole);
        assertThat(platform.sandboxes.list())
                .singleElement()
                .extracting(SandboxStatus::state)
                .isEqualTo(SandboxState.RUNNING);
        String process =
                platform.sandboxes
                        .fetch("web")
                        .enterContainer("one", new ProcessConfig(List.of("exit", "4")));
        assertThat(found().waitProcess("one", process).code()).isEqualTo(4);
    }

    @Test
    void hypervisorAndAgentAreReplacedWhileSomebodyWaits() throws InterruptedException {
        Sandbox sandbox = running();
        Running<ExitStatus> waiting = Platform.run(() -> sandbox.waitProcess("one", "one"));
        Platform.await(
                "the wait is in the guest",
                () -> platform.faults.passed.contains("agent.waitProcess"));
        platform.remove(platform.hypervisor);
        assertThat(platform.hypervisor.openHandles).hasValue(0);
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
        assertThat(sandbox.statsContainer("one").processes()).isEqualTo(1);
        platform.add(platform.hypervisor);
        platform.remove(platform.driver);
        platform.add(platform.driver);
        String process = sandbox.enterContainer("one", new ProcessConfig(List.of("exit", "4")));
        assertThat(sandbox.waitProcess("one", process).code()).isEqualTo(4);
        platform.hypervisor.only().guest.process("one", "one").exit.complete(8);
        assertThat(waiting.result().join().code()).isEqualTo(8);
        Platform.await("attached again", () -> platform.hypervisor.openHandles.get() == 1);
        platform.hypervisor.only().kill();
        Platform.await("stopped", () -> sandbox.status().state() == SandboxState.STOPPED);
    }

    @Test
    void stateThatCouldNotBeSavedIsSavedLater() throws InterruptedException {
        Sandbox sandbox = running();
        // The first is what is about to be done.
        platform.storage.failWrite(2);
        sandbox.pauseContainer("one");
        assertThat(sandbox.statusContainer("one").state()).isEqualTo(ContainerState.PAUSED);
        platform.stop();
        platform.start();
        assertThat(found().statusContainer("one").state()).isEqualTo(ContainerState.PAUSED);
    }

    @Test
    void changeThatCannotBeStoredIsNotBegun() throws InterruptedException {
        Sandbox sandbox = running();
        platform.storage.failWrite(1);
        assertThatThrownBy(() -> sandbox.pauseContainer("one"))
                .isInstanceOf(UnavailableException.class);
        assertThat(platform.hypervisor.only().guest.container("one").paused).isFalse();
        sandbox.pauseContainer("one");
        assertThat(sandbox.statusContainer("one").state()).isEqualTo(ContainerState.PAUSED);
    }

    @Test
    void changeThatMayBeDoneIsCompletedWithTheNext() throws InterruptedException {
        Sandbox sandbox = running();
        platform.faults.fail("agent.pauseContainer");
        assertThatThrownBy(() -> sandbox.pauseContainer("one"))
                .isInstanceOf(UnavailableException.class);
        assertThat(sandbox.statusContainer("one").state()).isEqualTo(ContainerState.RUNNING);
        sandbox.resumeContainer("one");
        assertThat(platform.faults.passed)
                .containsSubsequence("agent.pauseContainer", "agent.resumeContainer");
        assertThat(platform.hypervisor.only().guest.container("one").paused).isFalse();
        assertThat(sandbox.statusContainer("one").state()).isEqualTo(ContainerState.RUNNING);
    }

    @Test
    void stopOfThePlatformInterruptsACreationAndUndoesIt() throws Exception {
        CountDownLatch reached = platform.faults.hang("agent.createSandbox");
        Running<Sandbox> creation = Platform.run(() -> platform.create("web"));
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        platform.stop();
        // Not that it was interrupted: its caller did not ask for that, and tries the next core.
        assertThatThrownBy(creation.result()::get)
                .hasCauseInstanceOf(UnavailableException.class)
                .hasMessageContaining("the platform stops");
        platform.assertNothingLeft();
    }

    @Test
    void changeThatTheStopBrokeOffLeavesItsCallerUninterrupted() throws Exception {
        Sandbox sandbox = running();
        CountDownLatch reached = platform.faults.hang("agent.updateContainer");
        Running<Boolean> update =
                Platform.run(() -> {
                    assertThatThrownBy(() -> sandbox.updateContainer("one", Resources.UNCHANGED))
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageContaining("the platform stops");
                    return Thread.currentThread().isInterrupted();
                });
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        platform.stop();
        assertThat(update.result().get(20, TimeUnit.SECONDS)).isFalse();
        platform.start();
        assertThat(found().statusContainer("one").state()).isEqualTo(ContainerState.RUNNING);
    }
}
