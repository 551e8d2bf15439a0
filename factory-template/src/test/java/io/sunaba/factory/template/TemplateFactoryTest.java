package io.sunaba.factory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.fake.FakeMachines;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
                Duration.ofSeconds(5));
    }

    private static HypervisorConfig config(String owner) {
        return config(owner, "build-1", 1 << 20);
    }

    private void makeTemplate() throws InterruptedException {
        factory.newVm(config("sandbox/first"));
        factory.awaitBuild(config("sandbox/first"));
    }

    private List<String> restored() {
        return fakes.calls.stream().filter(call -> call.startsWith("restore ")).toList();
    }

    private List<Path> templates() throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve("templates"))) {
            return entries.toList();
        }
    }

    @Test
    void firstIsBootedAndTheRestAreCloned() throws Exception {
        makeTemplate();
        assertThat(restored()).isEmpty();
        assertThat(fakes.boots).as("one served, one to be the template").hasValue(2);
        assertThat(fakes.machines).as("the template's own machine has ended").hasSize(1);
        fakes.calls.clear();

        Vm vm = factory.newVm(config("sandbox/second"));

        assertThat(vm.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThat(vm.machine().record().owner()).isEqualTo("sandbox/second");
        assertThat(fakes.calls)
                .as("an identity of its own before anything else")
                .containsExactly("restore sandbox/second", "addEntropy", "setTime");
        assertThat(fakes.boots).hasValue(2);
        assertThat(fakes.openAgents).hasValue(2);
    }

    @Test
    void templateIsMadeOnceHoweverManyAskForIt() throws Exception {
        fakes.gate = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Vm>> served =
                    Stream.generate(() ->
                                    (Callable<Vm>) () -> factory.newVm(config("sandbox/many")))
                            .limit(20)
                            .map(callers::submit)
                            .toList();
            for (Future<Vm> vm : served) {
                vm.get();
            }
        }
        fakes.gate.countDown();
        factory.awaitBuild(config("sandbox/many"));

        assertThat(fakes.boots).as("twenty served, one to be the template").hasValue(21);
        assertThat(templates()).hasSize(1);
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
        HypervisorConfig larger = config("sandbox/larger", "build-1", 2 << 20);
        factory.newVm(larger);
        factory.awaitBuild(larger);
        assertThat(restored()).isEmpty();
        assertThat(templates()).hasSize(2);

        HypervisorConfig newer = config("sandbox/newer", "build-2", 1 << 20);
        factory.newVm(newer);
        factory.awaitBuild(newer);
        assertThat(templates()).as("those of the older build are removed").hasSize(1);
        fakes.vmm = "VMM 2";
        factory.newVm(newer);
        factory.awaitBuild(newer);
        assertThat(restored()).as("no state of another version is ever restored").isEmpty();
    }

    @Test
    void damagedTemplateIsMadeAnewAndTheRequestServed() throws Exception {
        makeTemplate();
        try (Stream<Path> files = Files.walk(directory)) {
            Path memory = files.filter(file -> file.endsWith("memory")).findFirst().orElseThrow();
            Files.writeString(memory, "flipped");
        }
        assertThat(factory.newVm(config("sandbox/second")).machine().state())
                .isEqualTo(MachineState.RUNNING);
        assertThat(restored()).isEmpty();
        factory.awaitBuild(config("sandbox/second"));

        factory.newVm(config("sandbox/third"));
        assertThat(restored()).containsExactly("restore sandbox/third");
    }

    @Test
    void failureLeavesNothingAndTheRequestIsServed() throws Exception {
        fakes.saveFailure = new UnavailableException("disk full");
        makeTemplate();

        assertThat(templates()).isEmpty();
        assertThat(fakes.machines).hasSize(1);
        factory.newVm(config("sandbox/second"));
        assertThat(fakes.boots).as("not tried again at once").hasValue(3);
    }

    @Test
    void cloneThatDoesNotAnswerIsEndedAndTheRequestServed() throws Exception {
        makeTemplate();
        fakes.connectFailure = new UnavailableException("silent");
        Vm vm = factory.newVm(config("sandbox/second"));

        assertThat(vm.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThat(fakes.machines).as("the first and the second").hasSize(2);
        assertThat(fakes.calls).contains("close sandbox/second");
    }

    @Test
    void hypervisorWithoutTheAbilityIsServedByTheFallback() throws Exception {
        fakes.restores = false;
        factory.newVm(config("sandbox/one"));

        assertThat(fakes.boots).hasValue(1);
        assertThat(templates()).isEmpty();
    }

    @Test
    void stopGivesUpWhatIsUnderWay() throws Exception {
        fakes.gate = new CountDownLatch(1);
        factory.newVm(config("sandbox/one"));
        factory.close();

        assertThat(templates()).isEmpty();
        assertThat(fakes.machines).hasSize(1);
    }

    @Test
    void configurationIsChecked() {
        assertThatThrownBy(() -> new TemplateConfig(Path.of("relative"), "kata", "new"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("directory", "relative", "absolute");
        assertThatThrownBy(() -> new TemplateConfig(directory, "kata", "template"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("fallback", "another VM factory");
    }
}
