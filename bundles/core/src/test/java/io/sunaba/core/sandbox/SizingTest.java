package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeHypervisor;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxStatus;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizingTest {
    private static final long MEBIBYTE = 1L << 20;
    private static final long AT_FIRST = 256 * MEBIBYTE;

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

    private static Resources limits(@Nullable Long cpus, @Nullable Long mebibytes) {
        return new Resources(
                null,
                cpus == null || cpus == -1 ? cpus : Long.valueOf(cpus * 100_000),
                null,
                null,
                mebibytes == null || mebibytes == -1
                        ? mebibytes
                        : Long.valueOf(mebibytes * MEBIBYTE),
                null);
    }

    private ContainerConfig container(String id, long cpus, long mebibytes) {
        return platform.container(id, "sleep").limitedTo(limits(cpus, mebibytes));
    }

    private Sandbox create(ContainerConfig... containers) throws InterruptedException {
        return platform.sandboxes.create(new SandboxConfig("web", containers).sized(1, AT_FIRST));
    }

    private FakeHypervisor.Host machine() {
        return platform.hypervisor.only();
    }

    private void expect(Sandbox sandbox, int vcpus, long mebibytes) {
        SandboxStatus status = sandbox.status();
        assertThat(status.vcpus()).isEqualTo(vcpus);
        assertThat(status.memoryBytes()).isEqualTo(mebibytes * MEBIBYTE);
        assertThat(machine().memoryBytes).isEqualTo(mebibytes * MEBIBYTE);
        assertThat(machine().guest.vcpus).isIn(0, vcpus);
        assertThat(machine().vcpus).isGreaterThanOrEqualTo(vcpus);
    }

    @Test
    void machineHasRoomToGrowAndIsNotLargerThanAskedFor() throws InterruptedException {
        Sandbox sandbox = create(platform.container("one", "sleep"));
        expect(sandbox, 1, 256);
        assertThat(machine().spec.config().maximumVcpus()).isEqualTo(4);
        assertThat(machine().spec.config().maximumMemoryBytes()).isEqualTo(4L << 30);
    }

    @Test
    void machineIsAsLargeAsItsContainersMayUse() throws InterruptedException {
        Sandbox sandbox = create(container("one", 1, 100));
        expect(sandbox, 1, 256);
        sandbox.createContainer(container("two", 1, 200));
        expect(sandbox, 2, 364);
        sandbox.start();
        sandbox.updateContainer("two", limits(2L, 300L));
        expect(sandbox, 3, 464);
        sandbox.updateContainer("two", limits(null, 250L));
        expect(sandbox, 3, 414);
        sandbox.updateContainer("two", limits(-1L, -1L));
        expect(sandbox, 1, 256);
        sandbox.updateContainer("two", limits(3L, 1024L));
        expect(sandbox, 4, 1188);
        sandbox.stopContainer("two", true);
        sandbox.deleteContainer("two");
        expect(sandbox, 1, 256);
    }

    @Test
    void stoppedSandboxStartsAsItWasAskedForAndGrowsForItsContainers() throws InterruptedException {
        Sandbox sandbox = create(container("one", 2, 300));
        expect(sandbox, 2, 364);
        assertThat(machine().spec.config().memoryBytes()).isEqualTo(AT_FIRST);
        sandbox.start();
        sandbox.stop(true);
        assertThat(sandbox.status().memoryBytes()).isEqualTo(AT_FIRST);
        sandbox.resize(null, 320 * MEBIBYTE);
        assertThat(sandbox.status().memoryBytes()).isEqualTo(320 * MEBIBYTE);
        sandbox.start();
        assertThat(machine().spec.config().memoryBytes()).isEqualTo(320 * MEBIBYTE);
        expect(sandbox, 2, 364);
    }

    @Test
    void sizeIsKeptOnRecord() throws InterruptedException {
        Sandbox sandbox = create(platform.container("one", "sleep"));
        SandboxStatus status = sandbox.resize(2, 512 * MEBIBYTE);
        assertThat(status).isEqualTo(sandbox.status());
        expect(sandbox, 2, 512);
        platform.stop();
        platform.start();
        Sandbox again = platform.sandboxes.fetch("web");
        expect(again, 2, 512);
        again.resize(1, null);
        expect(again, 1, 512);
        again.createContainer(container("two", 1, 100));
        expect(again, 1, 512);
        again.resize(null, AT_FIRST);
        expect(again, 1, 256);
    }

    @Test
    void sizeIsStoredOnce() throws InterruptedException {
        Sandbox sandbox = create(platform.container("one", "sleep"));
        platform.storage.failWrite(0);
        sandbox.resize(2, 512 * MEBIBYTE);
        assertThat(platform.storage.writes()).isEqualTo(1);
    }

    /// It is stored while the guest is still at it.
    @Test
    void sizeThatTheGuestDoesNotTakeIsNotKeptOnRecord() throws InterruptedException {
        Sandbox sandbox = create(platform.container("one", "sleep"));
        platform.faults.fail("agent.onlineResources");
        assertThatThrownBy(() -> sandbox.resize(null, 512 * MEBIBYTE))
                .hasMessage("injected at agent.onlineResources");
        expect(sandbox, 1, 256);
        platform.stop();
        platform.start();
        expect(platform.sandboxes.fetch("web"), 1, 256);
    }

    @Test
    void whatIsTooMuchIsRefusedAndNothingChanges() throws InterruptedException {
        Sandbox sandbox = create(container("one", 1, 100));
        assertThatThrownBy(() -> sandbox.createContainer(container("two", 1, 5000)))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "the containers of sandbox web may use 5164 MiB of memory with 64 MiB for the guest: it can have 4096 MiB");
        assertThatThrownBy(() -> sandbox.updateContainer("one", limits(null, 5000L)))
                .isInstanceOf(RejectedException.class);
        for (long[] wrong : new long[][] {{0, 256}, {5, 256}, {1, 1}, {1, 5000}, {1, 255}}) {
            assertThatThrownBy(() -> sandbox.resize((int) wrong[0], wrong[1] * MEBIBYTE))
                    .isInstanceOf(RejectedException.class);
        }
        expect(sandbox, 1, 256);
        assertThat(sandbox.status().containers()).hasSize(1);
        // More time than there are CPUs is all that there is.
        sandbox.updateContainer("one", limits(50L, null));
        expect(sandbox, 4, 256);
    }

    @Test
    void failureAtAnyStepLeavesTheMachineAsItWas() throws InterruptedException {
        Sandbox sandbox = create(container("one", 1, 100));
        for (String point :
                List.of("machine.resizeMemory", "machine.resizeVcpus", "agent.onlineResources")) {
            platform.faults.fail(point);
            assertThatThrownBy(() -> sandbox.updateContainer("one", limits(2L, 300L)))
                    .hasMessage("injected at " + point);
            expect(sandbox, 1, 256);
        }
        for (String point : List.of("machine.plugDisk", "agent.createContainer")) {
            platform.faults.fail(point);
            assertThatThrownBy(() -> sandbox.createContainer(container("two", 2, 300)))
                    .hasMessage("injected at " + point);
            expect(sandbox, 1, 256);
        }
        machine().takes = 300 * MEBIBYTE;
        assertThatThrownBy(() -> sandbox.resize(2, 512 * MEBIBYTE))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the guest takes 300 MiB of memory of 512 MiB");
        expect(sandbox, 1, 256);
        sandbox.resize(2, 300 * MEBIBYTE);
        expect(sandbox, 2, 300);
    }

    @Test
    void changeThatMayHaveBeenDoneIsCompletedWithItsSize() throws InterruptedException {
        Sandbox sandbox = create(container("one", 1, 100));
        platform.faults.fail("agent.updateContainer");
        assertThatThrownBy(() -> sandbox.updateContainer("one", limits(2L, 300L)))
                .hasMessage("injected at agent.updateContainer");
        expect(sandbox, 2, 364);
        // What a crash leaves may be smaller than the record says.
        machine().memoryBytes = AT_FIRST;
        platform.stop();
        platform.start();
        Sandbox again = platform.sandboxes.fetch("web");
        again.createContainer(platform.container("two", "sleep"));
        expect(again, 2, 364);
        again.updateContainer("one", limits(1L, 100L));
        expect(again, 1, 256);
    }

    @Test
    void memoryThatCannotBeGivenBackIsNoFailure() throws InterruptedException {
        Sandbox sandbox = create(container("one", 2, 400));
        platform.faults.fail("machine.resizeMemory");
        sandbox.updateContainer("one", limits(null, 100L));
        expect(sandbox, 2, 464);
        sandbox.updateContainer("one", limits(null, 101L));
        expect(sandbox, 2, 256);
    }
}
