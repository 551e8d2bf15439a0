package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxOperationsTest {
    @TempDir Path directory;
    private Platform platform;

    @BeforeEach
    void start() {
        platform = new Platform(directory);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private Sandbox running(String... command) throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", command));
        sandbox.start();
        return sandbox;
    }

    private FakeGuest guest() {
        return platform.hypervisor.only().guest;
    }

    private static ContainerState stateOf(Sandbox sandbox, String id) {
        return sandbox.statusContainer(id).state();
    }

    @Test
    void containerRunsEndsAndIsOnRecordWhenItsEndIsTold() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.RUNNING);
        guest().process("one", "one").exit.complete(7);
        assertThat(sandbox.waitProcess("one", "one").code()).isEqualTo(7);
        ContainerStatus status = sandbox.statusContainer("one");
        assertThat(status.state()).isEqualTo(ContainerState.STOPPED);
        assertThat(status.exit()).isEqualTo(sandbox.waitProcess("one", "one"));
        sandbox.startContainer("one");
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.RUNNING);
        assertThat(sandbox.statusContainer("one").exit()).isNull();
        assertThat(platform.hypervisor.only().disks).hasSize(1);
    }

    @Test
    void stopEndsContainersAndMachineAndStartMakesThemAnew() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        String first = platform.hypervisor.only().spec.id();
        sandbox.stop(false);
        assertThat(platform.hypervisor.hosts).isEmpty();
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.STOPPED);
        assertThat(sandbox.status().reason()).isNull();
        assertThat(sandbox.waitProcess("one", "one").code()).isEqualTo(143);
        sandbox.stop(false);
        sandbox.start();
        assertThat(platform.hypervisor.only().spec.id()).isNotEqualTo(first);
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.RUNNING);
        assertThatThrownBy(sandbox::delete)
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("web", "RUNNING", "delete");
        sandbox.stop(true);
        sandbox.delete();
        platform.assertNothingLeft();
        assertThatThrownBy(sandbox::status).isInstanceOf(NotFoundException.class);
        assertThat(platform.sandboxes.find("web")).isEmpty();
    }

    @Test
    void stubbornContainerIsKilled() throws InterruptedException {
        Sandbox sandbox = running("stubborn");
        ContainerStatus stopped = sandbox.stopContainer("one", false);
        assertThat(stopped.exit()).extracting(ExitStatus::code).isEqualTo(137);
        assertThat(sandbox.stopContainer("one", false).state()).isEqualTo(ContainerState.STOPPED);
    }

    @Test
    void forceGoesOnWhenTheGuestIsSilent() throws InterruptedException {
        Sandbox sandbox = running("stubborn");
        platform.faults.hang("agent.signalProcess");
        assertThat(sandbox.stopContainer("one", true).exit())
                .extracting(ExitStatus::code)
                .isEqualTo(137);
        sandbox.startContainer("one");
        Running<ExitStatus> waiting = Platform.run(() -> sandbox.waitProcess("one", "one"));
        platform.faults.hang("agent.destroySandbox");
        sandbox.stop(true);
        assertThat(waiting.result().join().code()).isEqualTo(137);
        assertThat(platform.hypervisor.hosts).isEmpty();
    }

    @Test
    void commandThatIsNotThereFailsTheStartAndNothingRuns() throws InterruptedException {
        Sandbox sandbox =
                platform.create(
                        "web",
                        platform.container("one", "sleep"),
                        platform.container("two", "nonesuch"));
        assertThatThrownBy(sandbox::start)
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nonesuch");
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.READY);
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.STOPPED);
        sandbox.deleteContainer("two");
        sandbox.start();
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.RUNNING);
    }

    @Test
    void startThatFailsAfterBootLeavesItStopped() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        sandbox.stop(true);
        platform.faults.fail("agent.startContainer");
        assertThatThrownBy(sandbox::start).hasMessageContaining("injected");
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.STOPPED);
        assertThat(platform.hypervisor.hosts).isEmpty();
        platform.faults.fail("agent.createContainer");
        assertThatThrownBy(sandbox::start).hasMessageContaining("injected");
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.STOPPED);
        assertThat(platform.hypervisor.hosts).isEmpty();
        sandbox.start();
    }

    @Test
    void containersComeAndGoWithTheirDisks() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        sandbox.createContainer(platform.container("two", "exit", "3"));
        assertThat(platform.hypervisor.only().disks).hasSize(2);
        assertThatThrownBy(() -> sandbox.createContainer(platform.container("two", "sleep")))
                .isInstanceOf(ConflictException.class);
        sandbox.startContainer("two");
        assertThat(sandbox.waitProcess("two", "two").code()).isEqualTo(3);
        assertThatThrownBy(() -> sandbox.deleteContainer("one"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("one", "RUNNING", "deleteContainer");
        assertThat(sandbox.deleteContainer("two").exit()).extracting(ExitStatus::code).isEqualTo(3);
        assertThat(platform.hypervisor.only().disks).hasSize(1);
        assertThat(guest().containers).containsOnlyKeys("one");
        assertThatThrownBy(() -> sandbox.statusContainer("two"))
                .isInstanceOf(NotFoundException.class);
        for (String point :
                new String[] {"packer.image", "machine.plugDisk", "agent.createContainer"}) {
            platform.faults.fail(point);
            assertThatThrownBy(() -> sandbox.createContainer(platform.container("two", "sleep")))
                    .hasMessage("injected at " + point);
        }
        platform.storage.failWrite(1);
        assertThatThrownBy(() -> sandbox.createContainer(platform.container("two", "sleep")))
                .isInstanceOf(UnavailableException.class);
        assertThat(platform.hypervisor.only().disks).hasSize(1);
        assertThat(guest().containers).containsOnlyKeys("one");
        assertThat(sandbox.status().containers()).hasSize(1);
    }

    @Test
    void processesRunInContainers() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        String process = sandbox.enterContainer("one", new ProcessConfig(List.of("exit", "5")));
        assertThat(sandbox.waitProcess("one", process).code()).isEqualTo(5);
        String sleeper = sandbox.enterContainer("one", new ProcessConfig(List.of("sleep")));
        sandbox.winsizeProcess("one", sleeper, 24, 80);
        sandbox.signalProcess("one", sleeper, 2, false);
        assertThat(sandbox.waitProcess("one", sleeper).code()).isEqualTo(130);
        assertThat(sandbox.processListContainer("one", List.of()).rows()).hasSize(3);
        assertThat(sandbox.stats().containers()).hasSize(1);
        assertThat(sandbox.statsContainer("one").processes()).isEqualTo(3);
        sandbox.updateContainer("one", new Resources(null, null, null, null, 1L << 20, null));
        assertThatThrownBy(() -> sandbox.waitProcess("one", "exec-none"))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> sandbox.killContainer("one", 65, false))
                .isInstanceOf(RejectedException.class)
                .hasMessage("signal is 65: it must be 1 to 64");
        assertThatThrownBy(() -> sandbox.removeDevice("d"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("sandbox web has no device d");
        sandbox.killContainer("one", 9, false);
        assertThat(sandbox.waitProcess("one", "one").code()).isEqualTo(137);
        sandbox.killContainer("one", 9, false);
    }

    @Test
    void containerIsFrozenAndStillStops() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        sandbox.pauseContainer("one");
        assertThat(guest().containers.get("one")).matches(container -> container.paused);
        assertThatThrownBy(() -> sandbox.pauseContainer("one"))
                .isInstanceOf(ConflictException.class);
        sandbox.resumeContainer("one");
        sandbox.pauseContainer("one");
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.PAUSED);
        sandbox.stop(false);
    }

    @Test
    void machineThatDiesStopsTheSandboxAndTellsWhoWaits() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        SandboxMonitor monitor = sandbox.monitor();
        Running<ExitStatus> waiting = Platform.run(() -> sandbox.waitProcess("one", "one"));
        platform.hypervisor.only().kill();
        assertThatThrownBy(waiting.result()::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnavailableException.class)
                .hasMessageContaining("killed by signal 9");
        Platform.await("stopped", () -> sandbox.status().state() == SandboxState.STOPPED);
        assertThat(sandbox.status().reason()).contains("killed by signal 9");
        assertThat(stateOf(sandbox, "one")).isEqualTo(ContainerState.STOPPED);
        Platform.await("nothing is left on the host", platform.hypervisor.hosts::isEmpty);
        List<SandboxEvent> events = new ArrayList<>();
        do {
            events.add(monitor.next());
        } while (!(events.getLast() instanceof SandboxEvent.StateChanged));
        assertThat(events)
                .hasAtLeastOneElementOfType(SandboxEvent.MachineExited.class)
                .hasAtLeastOneElementOfType(SandboxEvent.ContainerStateChanged.class);
        sandbox.delete();
        platform.assertNothingLeft();
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                assertThat(monitor.next()).isNotNull();
                            }
                        })
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void memoryThatRunsOutIsToldToAll() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        try (SandboxMonitor monitor = sandbox.monitor()) {
            Running<OomEvent> waiting = Platform.run(sandbox::getOomEvent);
            Platform.await(
                    "the event is waited for",
                    () -> {
                        guest().outOfMemory.add("one");
                        return waiting.result().isDone();
                    });
            assertThat(waiting.result().join().containerId()).isEqualTo("one");
            assertThat(monitor.next()).isInstanceOf(SandboxEvent.OutOfMemory.class);
        }
    }

    @Test
    void releasedSandboxIsFetchedAgain() throws InterruptedException {
        Sandbox sandbox = running("sleep");
        sandbox.release();
        assertThat(platform.hypervisor.openHandles).hasValue(0);
        assertThat(platform.driver.openConnections).hasValue(0);
        assertThatThrownBy(sandbox::status).isInstanceOf(ConflictException.class);
        Sandbox again = platform.sandboxes.fetch("web");
        Running<ExitStatus> waiting = Platform.run(() -> again.waitProcess("one", "one"));
        again.killContainer("one", 9, false);
        assertThat(waiting.result().join().code()).isEqualTo(137);
        again.stop(false);
    }

    @Test
    void changesExcludeEachOtherAndReadsDoNot() throws Exception {
        Sandbox sandbox = running("sleep");
        CountDownLatch reached = platform.faults.hang("agent.pauseContainer");
        Running<Boolean> pausing =
                Platform.run(() -> {
                    sandbox.pauseContainer("one");
                    return true;
                });
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
        Running<ContainerStatus> stopping = Platform.run(() -> sandbox.stopContainer("one", true));
        assertThat(stopping.result()).isNotDone();
        pausing.thread().interrupt();
        assertThat(stopping.result().join().state()).isEqualTo(ContainerState.STOPPED);
    }
}
