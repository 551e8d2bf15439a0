package io.sunaba.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxCreationTest {
    private static final int WRITES = 4;

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

    /// Every point outside of the core that a creation passes, in order.
    static Stream<String> points() {
        return Stream.of(
                "packer.image",
                "hypervisor.create",
                "machine.start",
                "driver.connect",
                "agent.addEntropy",
                "agent.setTime",
                "agent.createSandbox",
                "machine.plugDisk",
                "agent.createContainer");
    }

    static IntStream writes() {
        return IntStream.rangeClosed(1, WRITES);
    }

    private Sandbox createWeb() throws InterruptedException {
        return platform.create("web", platform.container("one", "sleep"));
    }

    @Test
    void sandboxIsReadyAndDurable() throws InterruptedException {
        assertThat(platform.sandboxes.list()).isEmpty();
        platform.storage.failWrite(0);
        Sandbox sandbox = createWeb();
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.READY);
        assertThat(sandbox.statusContainer("one").state()).isEqualTo(ContainerState.READY);
        assertThat(platform.hypervisor.only().guest.containers).containsOnlyKeys("one");
        assertThat(platform.hypervisor.only().spec.config().owner()).isEqualTo("sandbox/web");
        assertThat(platform.hypervisor.only().spec.id()).matches("[0-9a-f]{32}");
        assertThat(platform.storage.records)
                .containsOnlyKeys("sandbox/web", "sandboxes", "sandboxes.copy");
        assertThat(platform.storage.writes()).isEqualTo(WRITES);
        assertThat(platform.faults.passed).containsAll(points().toList());
        sandbox.delete();
        platform.assertNothingLeft();
    }

    @Test
    void clockIsSetAgainUntilTheWayWasShort() throws InterruptedException {
        platform.faults.arm(
                "agent.setTime", () -> LockSupport.parkNanos(Duration.ofMillis(100).toNanos()));
        createWeb();
        assertThat(platform.faults.passed.stream().filter("agent.setTime"::equals).count())
                .isBetween(2L, 10L);
    }

    @ParameterizedTest
    @MethodSource("points")
    void failureAtAnyPointLeavesNothing(String point) throws InterruptedException {
        platform.faults.fail(point);
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("injected at " + point);
        platform.assertNothingLeft();
        assertThat(platform.sandboxes.list()).isEmpty();
        createWeb().delete();
    }

    @ParameterizedTest
    @MethodSource("writes")
    void failureOfAnyWriteLeavesNothing(int write) throws InterruptedException {
        assertThat(platform.sandboxes.list()).isEmpty();
        platform.storage.failWrite(write);
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("no space left");
        platform.assertNothingLeft();
        createWeb().delete();
    }

    @ParameterizedTest
    @MethodSource("points")
    void interruptionAtAnyPointLeavesNothing(String point) throws Exception {
        CountDownLatch reached = platform.faults.hang(point);
        Running<Sandbox> creation = Platform.run(this::createWeb);
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        creation.thread().interrupt();
        assertThatThrownBy(creation.result()::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        platform.assertNothingLeft();
        createWeb().delete();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "driver.connect",
                "agent.setTime",
                "agent.createSandbox",
                "agent.createContainer"
            })
    void machineThatIsKilledIsNamedAsTheReason(String point) {
        platform.faults.arm(point, () -> platform.hypervisor.only().kill());
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("failed (killed by signal 9)");
        platform.assertNothingLeft();
    }

    @Test
    void guestThatNeverAnswersIsNamedWithItsLastWords() {
        platform.faults.arm(
                "driver.connect",
                () -> {
                    throw new TimedOutException("silence");
                });
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(TimedOutException.class)
                .hasMessageContainingAll("sandbox/web", "20 s", "last console line: booting");
        platform.assertNothingLeft();
    }

    @Test
    void undoThatFailsIsToldToo() {
        platform.faults.arm(
                "agent.setTime",
                () -> {
                    platform.faults.fail("hypervisor.destroy");
                    throw new UnavailableException("first");
                });
        Throwable failure = catchThrowable(this::createWeb);
        assertThat(failure).hasMessage("first");
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(platform.storage.records).containsOnlyKeys("sandboxes", "sandboxes.copy");
    }

    @Test
    void oneOfManyWithOneIdWins() {
        List<Running<Sandbox>> creations =
                IntStream.range(0, 8).mapToObj(_ -> Platform.run(this::createWeb)).toList();
        long conflicts =
                creations.stream()
                        .map(creation -> catchThrowable(creation.result()::join))
                        .filter(failure -> failure != null)
                        .peek(failure ->
                                assertThat(failure).hasCauseInstanceOf(ConflictException.class))
                        .count();
        assertThat(conflicts).isEqualTo(7);
        assertThat(platform.hypervisor.hosts).hasSize(1);
        assertThat(platform.sandboxes.list()).hasSize(1);
    }

    @Test
    void sandboxThatIsBeingCreatedIsNotShown() throws Exception {
        CountDownLatch reached = platform.faults.hang("agent.createSandbox");
        Running<Sandbox> creation = Platform.run(this::createWeb);
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(platform.storage.records).containsKey("sandbox/web");
        assertThat(platform.sandboxes.list()).isEmpty();
        assertThat(platform.sandboxes.find("web")).isEmpty();
        assertThatThrownBy(() -> platform.sandboxes.fetch("web"))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("web", "being created");
        creation.thread().interrupt();
    }

    @Test
    void missingPluginsAreNamedWithinTheGrace() {
        platform.remove(platform.hypervisor);
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("hypervisor", "'fake'");
        platform.assertNothingLeft();
    }

    @Test
    void pluginThatComesBackWithinTheGraceIsWaitedFor() throws Exception {
        try (Platform patient =
                new Platform(directory.resolve("patient"), java.time.Duration.ofSeconds(20))) {
            patient.remove(patient.driver);
            Running<Sandbox> creation = Platform.run(() -> patient.create("web"));
            Platform.await(
                    "the creation waits", () -> patient.storage.records.containsKey("sandbox/web"));
            patient.add(patient.driver);
            creation.result().get().delete();
            patient.assertNothingLeft();
        }
    }

    @Test
    void missingGuestImageIsNamed() throws Exception {
        Files.delete(directory.resolve("guest/vmlinux"));
        assertThatThrownBy(this::createWeb)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("guest/vmlinux", "./dev build");
        platform.assertNothingLeft();
    }

    private void rejected(SandboxConfig config, String... words) {
        assertThatThrownBy(() -> platform.sandboxes.create(config))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll(words);
        assertThat(platform.storage.records).containsOnlyKeys("sandboxes", "sandboxes.copy");
        assertThat(platform.faults.passed).isEmpty();
    }

    private static SandboxConfig sized(@Nullable Integer vcpus, @Nullable Long memoryBytes) {
        return new SandboxConfig(
                "web",
                null,
                null,
                null,
                vcpus,
                memoryBytes,
                false,
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }

    @Test
    void badIdsAreRejected() {
        for (String id : new String[] {"", "../x", "a b", ".x", "a/b", "x\n"}) {
            rejected(new SandboxConfig(id), "sandbox id is", "1 to 64 characters");
        }
        rejected(new SandboxConfig("x".repeat(300)), "(300 characters)", "1 to 64 characters");
    }

    @Test
    void badSizesAreRejected() {
        rejected(sized(0, null), "vcpus is 0", "at least 1");
        rejected(sized(5, null), "vcpus is 5", "at most 4", "Fake 1.0");
        rejected(sized(9, null), "vcpus is 9", "at most 8", "host");
        rejected(sized(1, 1L << 20), "memory is 1M", "at least 64M", "Fake 1.0");
        rejected(sized(1, 900L << 30), "memory is 900G", "at most 4G", "host");
    }

    @Test
    void badContainersAreRejected() throws Exception {
        Path rootfs = directory.resolve("rootfs");
        Path file = Files.createFile(directory.resolve("file"));
        ContainerConfig good = platform.container("one", "sleep");
        rejected(new SandboxConfig("web", good, good), "'one'", "unique");
        rejected(new SandboxConfig("web", platform.container("../x", "a")), "container id is");
        rejected(new SandboxConfig("web", platform.container("one")), "command is empty");
        rejected(with(new Rootfs.Packed(directory.resolve("no"))), "rootfs is", "/no");
        rejected(with(new Rootfs.Packed(file)), "rootfs is", "/file", "a directory");
        rejected(with(new Rootfs.Image(rootfs, "erofs")), "/rootfs", "a file");
        rejected(with(new Rootfs.Shared(rootfs)), "not supported");
        rejected(process(List.of("NOVALUE"), "/"), "'NOVALUE'", "NAME=value");
        rejected(process(List.of(), "tmp"), "working directory is 'tmp'", "absolute");
    }

    private static SandboxConfig with(Rootfs rootfs) {
        return new SandboxConfig(
                "web", new ContainerConfig("one", rootfs, new ProcessConfig(List.of("sleep"))));
    }

    private SandboxConfig process(List<String> environment, String workingDirectory) {
        return new SandboxConfig(
                "web",
                new ContainerConfig(
                        "one",
                        new Rootfs.Packed(directory.resolve("rootfs")),
                        new ProcessConfig(
                                List.of("sleep"),
                                environment,
                                workingDirectory,
                                ProcessConfig.User.ROOT,
                                false,
                                null,
                                List.of(),
                                false,
                                0)));
    }
}
