package io.sunaba.factory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Template;
import io.sunaba.factory.TemplateState;
import io.sunaba.factory.Vm;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.fake.FakeMachines;
import io.sunaba.factory.support.fake.FakeMachines.FakeMachine;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TemplateFactoryTest {
    @TempDir private Path directory;
    private final FakeMachines fakes = new FakeMachines("template/");
    private final Ownership ownership = new Ownership("template");
    private TemplateFactory factory;

    @BeforeEach
    void start() {
        factory = open();
    }

    @AfterEach
    void stop() {
        factory.close();
    }

    private TemplateFactory open() {
        return new TemplateFactory(
                new TemplateConfig(directory.resolve("templates"), "kata", "new"),
                ownership,
                fakes,
                () -> {});
    }

    private static HypervisorConfig config(String owner, String build, long memory) {
        return new HypervisorConfig(
                "fake",
                owner,
                new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "quiet", build),
                1,
                1,
                memory,
                memory,
                false,
                Duration.ofSeconds(5));
    }

    private static HypervisorConfig config(String owner) {
        return config(owner, "build-1", 1 << 20);
    }

    /// As large as wanted now, and two vCPUs and 4 MiB at most.
    private static HypervisorConfig growing(String owner, int vcpus, long memory) {
        HypervisorConfig config = config(owner);
        return new HypervisorConfig(
                config.hypervisor(),
                owner,
                config.guest(),
                vcpus,
                2,
                memory,
                4 << 20,
                false,
                config.bootTimeout());
    }

    private static HypervisorConfig sharing(HypervisorConfig config) {
        return new HypervisorConfig(
                config.hypervisor(),
                config.owner(),
                config.guest(),
                config.vcpus(),
                config.maximumVcpus(),
                config.memoryBytes(),
                config.maximumMemoryBytes(),
                true,
                config.bootTimeout());
    }

    private void makeTemplate() throws InterruptedException {
        factory.create(config("sandbox/first"));
    }

    private void misses(HypervisorConfig wanted, String... words) {
        assertThatThrownBy(() -> factory.newVm(wanted))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll(words);
    }

    private List<String> restored() {
        return fakes.calls.stream().filter(call -> call.startsWith("restore ")).toList();
    }

    private List<Path> templates() throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve("templates"))) {
            return entries.toList();
        }
    }

    private void damage() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            Path memory = files.filter(file -> file.endsWith("memory")).findFirst().orElseThrow();
            Files.writeString(memory, "flipped");
        }
    }

    private double metric(String name) {
        return factory.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .map(Metric.Counter.class::cast)
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void firstRequestFailsAtOnceAndItsTemplateIsMade() throws Exception {
        fakes.gate = new CountDownLatch(1);
        misses(config("sandbox/first"), "is being made");
        misses(config("sandbox/again"), "is being made");
        assertThat(factory.list())
                .extracting(Template::state)
                .containsExactly(TemplateState.MAKING);
        fakes.gate.countDown();
        makeTemplate();

        assertThat(fakes.boots).as("the one that is the template").hasValue(1);
        assertThat(fakes.calls)
                .as("settled, then saved without a session, at rest")
                .containsSubsequence("settle", "close", "usage", "save");
        assertThat(fakes.machines).as("the template's own machine has ended").isEmpty();
        fakes.calls.clear();
        Vm vm = factory.newVm(config("sandbox/second"));

        assertThat(vm.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThat(vm.machine().record().owner()).isEqualTo("sandbox/second");
        assertThat(fakes.calls)
                .as("nothing before its caller gives it an identity")
                .containsExactly("restore sandbox/second");
        assertThat(fakes.boots).hasValue(1);
        assertThat(fakes.openAgents).hasValue(1);
        assertThat(metric("sunaba_template_misses_total")).isEqualTo(2);
        assertThat(metric("sunaba_template_hits_total")).isEqualTo(1);
        assertThat(metric("sunaba_template_builds_total")).isEqualTo(1);
        assertThat(factory.metrics())
                .filteredOn(Metric.Histogram.class::isInstance)
                .singleElement()
                .satisfies(it -> assertThat(((Metric.Histogram) it).count()).isEqualTo(1));
    }

    @Test
    void machinesThatShareTheirMemoryAreNoClones() throws Exception {
        makeTemplate();
        fakes.calls.clear();
        assertThatThrownBy(() -> factory.newVm(sharing(config("sandbox/shares"))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("sandbox/shares", "directories are to be shared");
        assertThatThrownBy(() -> factory.create(sharing(config("sandbox/shares"))))
                .isInstanceOf(RejectedException.class);
        assertThat(fakes.calls).isEmpty();
        assertThat(factory.list()).hasSize(1);
    }

    @Test
    void templateIsMadeOnceHoweverManyAskForIt() throws Exception {
        fakes.gate = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Template>> made =
                    Stream.generate(() ->
                                    (Callable<Template>)
                                            () -> factory.create(config("sandbox/many")))
                            .limit(20)
                            .map(callers::submit)
                            .toList();
            fakes.gate.countDown();
            for (Future<Template> template : made) {
                assertThat(template.get()).isEqualTo(made.getFirst().get());
            }
        }
        assertThat(fakes.boots).hasValue(1);
        assertThat(templates()).hasSize(1);
    }

    @Test
    void templateTellsWhatItIs() throws Exception {
        Instant before = Instant.now();
        Template made = factory.create(config("sandbox/first", "build-1", 3 << 20));

        assertThat(made)
                .isEqualTo(
                        new Template(
                                templates().getFirst().getFileName().toString(),
                                TemplateState.READY,
                                "fake",
                                "VMM 1, none",
                                "build-1",
                                1,
                                3 << 20,
                                made.diskBytes(),
                                made.createdAt()));
        assertThat(made.diskBytes()).isPositive();
        assertThat(made.createdAt()).isBetween(before, Instant.now());
        assertThat(factory.list()).containsExactly(made);
    }

    @Test
    void callerThatIsInterruptedDoesNotEndTheMaking() throws Exception {
        fakes.gate = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Template> impatient = callers.submit(() -> factory.create(config("sandbox/a")));
            while (factory.list().isEmpty()) {
                Thread.onSpinWait();
            }
            impatient.cancel(true);
            fakes.gate.countDown();
        }
        makeTemplate();
        assertThat(fakes.boots).hasValue(1);
    }

    @Test
    void templateOutlivesTheFactoryAndWhatACrashLeftDoesNot() throws Exception {
        makeTemplate();
        factory.close();
        Path unfinished = Files.createDirectories(directory.resolve("templates/unfinished/state"));
        Files.writeString(unfinished.resolve("memory"), "half");
        factory = open();

        assertThat(templates()).hasSize(1);
        factory.newVm(config("sandbox/second"));
        assertThat(restored()).hasSize(1);
    }

    @Test
    void machineThatACrashLeftIsEnded() throws Exception {
        fakes.create(new MachineSpec("f".repeat(32), config("template/another/key")));
        fakes.create(new MachineSpec("e".repeat(32), config("sandbox/other")));
        ownership.endAbandoned(fakes);

        assertThat(fakes.machines).containsOnlyKeys("e".repeat(32));
    }

    @Test
    void classesHaveTemplatesOfTheirOwnAndAnOlderBuildGoes() throws Exception {
        makeTemplate();
        factory.create(config("sandbox/larger", "build-1", 2 << 20));
        assertThat(templates()).hasSize(2);

        HypervisorConfig newer = config("sandbox/newer", "build-2", 1 << 20);
        factory.create(newer);
        assertThat(templates()).as("those of the older build are removed").hasSize(1);
        fakes.vmm = "VMM 2";
        misses(newer, "is being made");
        factory.create(newer);
        assertThat(restored()).as("no state of another version is ever restored").isEmpty();
    }

    @Test
    void cloneOfASmallerTemplateGrowsToWhatIsWanted() throws Exception {
        factory.create(growing("sandbox/small", 1, 1 << 20));
        factory.create(growing("sandbox/middle", 1, 2 << 20));
        factory.create(growing("sandbox/large", 1, 4 << 20));
        fakes.calls.clear();
        Vm vm = factory.newVm(growing("sandbox/wanted", 2, 3 << 20));

        assertThat(fakes.calls)
                .as("the largest that is not too large")
                .containsExactly(
                        "restore sandbox/wanted",
                        "memory " + (3 << 20),
                        "vcpus 2",
                        "onlineResources");
        assertThat(((FakeMachine) vm.machine()).config().memoryBytes()).isEqualTo(2 << 20);
        assertThat(templates()).hasSize(3);
        misses(growing("sandbox/smaller", 1, 1 << 19), "is being made");
        fakes.resizes = false;
        misses(growing("sandbox/other", 2, 3 << 20), "is being made");
    }

    @Test
    void cloneThatDoesNotGrowIsEnded() throws Exception {
        factory.create(growing("sandbox/small", 1, 1 << 20));
        fakes.refusedBytes = 1 << 20;
        fakes.closeFailure = new IllegalStateException("a broken agent");
        misses(growing("sandbox/wanted", 1, 3 << 20), "2097152 bytes of memory of 3145728");

        assertThat(fakes.machines).isEmpty();
        assertThat(fakes.openAgents).hasValue(0);
        assertThat(templates()).as("it is not the template's fault").hasSize(1);
        assertThat(metric("sunaba_template_clone_failures_total")).isEqualTo(1);
    }

    @Test
    void damagedTemplateIsMadeAnew() throws Exception {
        makeTemplate();
        factory.newVm(config("sandbox/first"));
        damage();
        misses(config("sandbox/second"), "is of no use and is made anew");
        makeTemplate();

        factory.newVm(config("sandbox/third"));
        assertThat(restored()).containsExactly("restore sandbox/first", "restore sandbox/third");
        assertThat(metric("sunaba_template_clone_failures_total")).isEqualTo(1);
    }

    @Test
    void templateThatNeverServedIsNotMadeAgainAndAgain() throws Exception {
        makeTemplate();
        damage();
        misses(config("sandbox/second"), "is of no use");
        misses(config("sandbox/third"), "is tried again later", "of no use");
        assertThat(fakes.boots).hasValue(1);
    }

    @Test
    void manyThatFindItDamagedHaveItMadeOnce() throws Exception {
        makeTemplate();
        factory.newVm(config("sandbox/first"));
        damage();
        fakes.gate = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> requests = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                requests.add(callers.submit(() -> misses(config("sandbox/many"), "template")));
            }
            for (Future<?> request : requests) {
                request.get();
            }
        }
        fakes.gate.countDown();
        makeTemplate();
        assertThat(fakes.boots).hasValue(2);
        factory.newVm(config("sandbox/last"));
    }

    @Test
    void verifyFindsDamageAndRemovesIt() throws Exception {
        makeTemplate();
        String id = factory.list().getFirst().id();
        factory.verify(id);
        damage();
        assertThatThrownBy(() -> factory.verify(id))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("memory is damaged");
        assertThat(factory.list()).isEmpty();
        assertThat(templates()).isEmpty();
        assertThatThrownBy(() -> factory.verify(id))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(id);
    }

    @Test
    void deletedTemplateIsGoneAndItsMachinesGoOn() throws Exception {
        makeTemplate();
        Vm vm = factory.newVm(config("sandbox/second"));
        factory.delete(factory.list().getFirst().id());
        assertThat(templates()).isEmpty();
        assertThat(vm.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThatThrownBy(() -> factory.delete("nonesuch"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("'nonesuch'");
    }

    @Test
    void deletingOneThatIsBeingMadeGivesItUp() throws Exception {
        fakes.gate = new CountDownLatch(1);
        misses(config("sandbox/first"), "is being made");
        factory.delete(factory.list().getFirst().id());
        assertThat(factory.list()).isEmpty();
        assertThat(templates()).isEmpty();
        assertThat(fakes.machines).isEmpty();
    }

    @Test
    void failureLeavesNothingAndIsNotRepeatedAtOnceUnasked() throws Exception {
        fakes.saveFailure = new UnavailableException("disk full");
        assertThatThrownBy(this::makeTemplate)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("cannot be made", "disk full");

        assertThat(templates()).isEmpty();
        assertThat(fakes.machines).isEmpty();
        misses(config("sandbox/second"), "is tried again later", "disk full");
        assertThat(fakes.boots).hasValue(1);
        assertThat(metric("sunaba_template_build_failures_total")).isEqualTo(1);
        fakes.saveFailure = null;
        makeTemplate();
        factory.newVm(config("sandbox/third"));
    }

    @Test
    void cloneThatDoesNotAnswerIsEnded() throws Exception {
        makeTemplate();
        fakes.connectFailure = new UnavailableException("silent");
        misses(config("sandbox/second"), "silent");
        assertThat(fakes.machines).isEmpty();
        assertThat(fakes.calls).contains("close sandbox/second");
        assertThat(templates()).as("it is not the template's fault").hasSize(1);
        fakes.connectFailure = new TimedOutException("silent for long");
        misses(config("sandbox/third"), "is of no use");
        assertThat(templates()).isEmpty();
    }

    @Test
    void hypervisorWithoutTheAbilityIsRefused() {
        fakes.restores = false;
        assertThatThrownBy(() -> factory.newVm(config("sandbox/one")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("'fake'", "does not restore");
        assertThatThrownBy(this::makeTemplate).isInstanceOf(RejectedException.class);
        assertThat(fakes.boots).hasValue(0);
    }

    @Test
    void directoryThatWasRemovedIsMadeAgain() throws Exception {
        makeTemplate();
        factory.delete(factory.list().getFirst().id());
        Files.delete(directory.resolve("templates"));
        assertThat(factory.list()).isEmpty();
        makeTemplate();
        factory.newVm(config("sandbox/one"));
    }

    @Test
    void stopGivesUpWhatIsUnderWay() throws Exception {
        fakes.gate = new CountDownLatch(1);
        misses(config("sandbox/one"), "is being made");
        factory.close();

        assertThat(templates()).isEmpty();
        assertThat(fakes.machines).isEmpty();
        misses(config("sandbox/two"), "stops");
    }

    @Test
    void configurationIsChecked() {
        assertThatThrownBy(() -> new TemplateConfig(Path.of("relative"), "kata", "new"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("directory", "relative", "absolute");
        assertThatThrownBy(() -> new TemplateConfig(directory, "kata", "template"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("base", "another VM factory");
    }
}
