package io.sunaba.core.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeStorage;
import io.sunaba.core.plugin.Kind;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.storage.StorageStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records that move from one storage to another while sandboxes run, and storages that go away.
class StorageMoveTest {
    @TempDir Path directory;
    private final FakeStorage other = new FakeStorage();
    private Platform platform;

    @BeforeEach
    void start() {
        platform = new Platform(directory, Duration.ofMillis(500));
        addOther();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private void addOther() {
        platform.plugins.add(Kind.STORAGE, other, Map.of("sunaba.name", "other"));
    }

    private Sandbox running() throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
        sandbox.start();
        return sandbox;
    }

    private String inUse() {
        return platform.storages().storages().stream()
                .filter(StorageStatus::inUse)
                .map(StorageStatus::name)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void recordsMoveWhileTheSandboxRunsAndTheChoiceOutlivesARestart() throws Exception {
        Sandbox sandbox = running();
        platform.storages().use("other");

        assertThat(inUse()).isEqualTo("other");
        assertThat(other.records).containsOnlyKeys("sandboxes", "sandboxes.copy", "sandbox/web");
        Map<String, byte[]> before = Map.copyOf(platform.storage.records);
        sandbox.createContainer(platform.container("two", "sleep"));
        assertThat(new String(other.load("sandbox/web"), UTF_8)).contains("two");
        assertThat(platform.storage.records).containsExactlyInAnyOrderEntriesOf(before);

        platform.stop();
        platform.start();
        addOther();
        assertThat(platform.sandboxes.list())
                .singleElement()
                .satisfies(status -> assertThat(status.containers()).hasSize(2))
                .extracting(SandboxStatus::state)
                .isEqualTo(SandboxState.RUNNING);
        assertThat(platform.hypervisor.only().exit).isNotDone();
    }

    @Test
    void movingThereAndBackLeavesNoStaleRecord() throws Exception {
        running();
        platform.storages().use("other");
        Sandbox second = platform.create("second");
        platform.sandboxes.fetch("web").stop(true);
        platform.sandboxes.fetch("web").delete();
        platform.storages().use("fake");

        assertThat(platform.storage.records)
                .containsOnlyKeys("sandboxes", "sandboxes.copy", "sandbox/second");
        assertThat(second.status().state()).isEqualTo(SandboxState.READY);
        platform.storages().use("fake");
        assertThat(inUse()).isEqualTo("fake");
    }

    @Test
    void whateverFailsOnTheWayLeavesTheEarlierStorageInUse() throws Exception {
        Sandbox sandbox = running();
        other.save("sandboxes", "{\"format\":1,\"ids\":[\"old\"]}".getBytes(UTF_8));
        other.save("sandbox/old", "stale".getBytes(UTF_8));
        for (int write = 1; write <= 4; write++) {
            other.failWrite(write);

            assertThatThrownBy(() -> platform.storages().use("other"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("no space left");
            assertThat(inUse()).isEqualTo("fake");
            other.save("sandboxes", "{\"format\":1,\"ids\":[\"old\"]}".getBytes(UTF_8));
            other.save("sandbox/old", "stale".getBytes(UTF_8));
        }
        sandbox.createContainer(platform.container("two", "sleep"));
        assertThat(new String(platform.storage.load("sandbox/web"), UTF_8)).contains("two");
        platform.storages().use("other");
        assertThat(other.records).containsOnlyKeys("sandboxes", "sandboxes.copy", "sandbox/web");
    }

    @Test
    void unknownStorageIsRefusedByName() throws Exception {
        running();
        assertThatThrownBy(() -> platform.storages().use("nonesuch"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("nonesuch", "fake, other");
        assertThat(inUse()).isEqualTo("fake");
    }

    @Test
    void choiceThatCannotBeReadKillsNoMachineAndSaysWhatHelps() throws Exception {
        running();
        platform.stop();
        Path choice = directory.resolve("data/storage");
        Files.writeString(choice, "\u0000\u0001 garbled");
        platform.start();

        assertThatThrownBy(() -> platform.sandboxes.list())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll(choice.toString(), "write the plugin's name into it");
        assertThat(platform.hypervisor.only().exit).isNotDone();
        platform.stop();
        Files.writeString(choice, "fake\n");
        platform.start();
        assertThat(platform.sandboxes.list()).hasSize(1);
    }

    @Test
    void withoutItsStorageNothingIsBegun() throws Exception {
        Sandbox sandbox = running();
        platform.plugins.remove(Kind.STORAGE, platform.storage);
        int before = platform.faults.passed.size();

        assertThatThrownBy(() -> sandbox.createContainer(platform.container("two", "sleep")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("storage plugin 'fake'");
        assertThatThrownBy(() -> sandbox.pauseContainer("one"))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> sandbox.stop(false)).isInstanceOf(UnavailableException.class);
        assertThat(platform.faults.passed.subList(before, platform.faults.passed.size()))
                .as("what the machine was asked")
                .noneMatch(point -> point.startsWith("agent."));
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);

        platform.plugins.add(Kind.STORAGE, platform.storage, Platform.NAMED_FAKE);
        sandbox.pauseContainer("one");
        sandbox.resumeContainer("one");
    }

    @Test
    void storageThatComesBackWithinTheGraceIsWaitedFor() throws Exception {
        Sandbox sandbox = running();
        platform.plugins.remove(Kind.STORAGE, platform.storage);
        Platform.Running<Object> change =
                Platform.run(() -> {
                    sandbox.pauseContainer("one");
                    return "paused";
                });
        platform.plugins.add(Kind.STORAGE, platform.storage, Platform.NAMED_FAKE);

        assertThat(change.result().get()).isEqualTo("paused");
    }

    @Test
    void recordsAreShownExportedAndTakenUpAgain() throws Exception {
        running();
        assertThat(platform.storages().keys())
                .containsExactly("sandbox/web", "sandboxes.copy", "sandboxes");
        assertThat(new String(platform.storages().load("sandbox/web"), UTF_8)).contains("\"web\"");
        assertThatThrownBy(() -> platform.storages().load("sandbox/none"))
                .isInstanceOf(NotFoundException.class);
        Path file = directory.resolve("export.json");
        assertThat(platform.storages().exportTo(file)).isEqualTo(3);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> platform.storages().exportTo(file))
                .isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> platform.storages().importFrom(file))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("web");

        Sandbox sandbox = platform.sandboxes.fetch("web");
        sandbox.stop(true);
        sandbox.delete();
        assertThat(platform.storages().importFrom(file)).containsExactly("web");
        assertThat(platform.sandboxes.list())
                .singleElement()
                .satisfies(status -> {
                    assertThat(status.state()).isEqualTo(SandboxState.STOPPED);
                    assertThat(status.reason()).contains("gone");
                });
        platform.sandboxes.fetch("web").start();
        platform.stop();
        platform.start();
        assertThat(platform.sandboxes.list()).hasSize(1);
    }

    @Test
    void whatIsNoExportIsRefusedAndNothingTakenUp() throws Exception {
        for (String text :
                new String[] {
                    "",
                    "[]",
                    "{}",
                    "{\"format\":9,\"records\":{}}",
                    "{\"format\":1,\"records\":7}",
                    "{\"format\":1,\"records\":{\"sandbox/a\":{\"format\":1}}}"
                }) {
            Path file = Files.writeString(directory.resolve("bad.json"), text);
            assertThatThrownBy(() -> platform.storages().importFrom(file))
                    .as(text)
                    .isInstanceOf(RejectedException.class);
        }
        assertThatThrownBy(() -> platform.storages().importFrom(directory.resolve("none")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("none");
        assertThat(platform.sandboxes.list()).isEmpty();
    }
}
