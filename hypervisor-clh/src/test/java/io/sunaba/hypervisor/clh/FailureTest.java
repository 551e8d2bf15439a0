package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineExit.Reason;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.vmm.HostProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes wrong, is told, and leaves nothing.
class FailureTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String CLONE = "fedcba9876543210fedcba9876543210";

    private ClhFixture fixture;
    private Hypervisor hypervisor;

    @BeforeEach
    void open() throws Exception {
        fixture = new ClhFixture();
        hypervisor = fixture.open();
    }

    @AfterEach
    void close() throws Exception {
        hypervisor.destroy(ID);
        fixture.close(hypervisor);
        fixture.close();
    }

    private Machine create() throws InterruptedException {
        return hypervisor.create(new MachineSpec(ID, fixture.config()));
    }

    private Machine start() throws InterruptedException {
        Machine machine = create();
        machine.start();
        return machine;
    }

    private void nothingIsLeft() {
        assertThat(fixture.machineDirectory()).isEmptyDirectory();
        String argument = CommandLine.name(ClhFiles.of(fixture.machineDirectory(), ID));
        assertThat(HostProcess.withArgument(argument)).isEmpty();
    }

    @Test
    void programIsMissing() {
        refused(
                fixture.settings("no-such-program"),
                "program no-such-program is missing: Cloud Hypervisor 52.0 or newer is needed");
    }

    @Test
    void programIsTooOldOrAnother() throws Exception {
        String old = fixture.script("51.1", "exit 1");
        refused(fixture.settings(old), old + " is Cloud Hypervisor 51.1: 52.0 or newer is needed");
        String other = fixture.script("echo I am a $1; echo indeed\n");
        refused(
                fixture.settings(other),
                other
                        + " is no Cloud Hypervisor: asked for its version it says 'I am a --version'");
    }

    @Test
    void kvmIsMissingOrForbidden() {
        Path missing = fixture.directory().resolve("no-kvm");
        refused(
                fixture.settings(fixture.settings().binary(), missing, Duration.ofSeconds(5)),
                missing + " is missing: Cloud Hypervisor runs machines on KVM alone");
        // No matter who asks: nobody opens a directory for writing.
        refused(
                fixture.settings(
                        fixture.settings().binary(), fixture.directory(), Duration.ofSeconds(5)),
                fixture.directory()
                        + " cannot be opened: Cloud Hypervisor needs it for reading and writing, which membership in the group kvm usually gives");
        assertThat(missing).doesNotExist();
    }

    /// The plugin comes up; what needs the program says what is wrong.
    private void refused(ClhConfig config, String message) {
        Hypervisor broken = new ClhHypervisor(config);
        assertThatThrownBy(broken::capabilities)
                .isInstanceOf(UnavailableException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> broken.create(new MachineSpec(ID, fixture.config())))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(message);
        nothingIsLeft();
        fixture.close(broken);
    }

    @Test
    void programDiesAtStartOrNeverGetsReady() throws Exception {
        VmmFailedException death = failure("echo one >&2; echo two words >&2; exit 3", 60);
        assertThat(death)
                .hasMessage(
                        "machine %s cannot be created: Cloud Hypervisor ended with status 3: one; two words",
                        ID);
        assertThat(failure("kill -9 $$", 60)).hasMessageEndingWith("killed by signal 9");
        assertThat(failure("echo waiting; exec sleep 1000", 2))
                .hasMessage(
                        "machine %s cannot be created: Cloud Hypervisor was not ready within 2000 ms: waiting",
                        ID);
    }

    private VmmFailedException failure(String script, int seconds) throws Exception {
        ClhConfig config =
                fixture.settings(
                        fixture.script("54.0", script), fixture.kvm(), Duration.ofSeconds(seconds));
        ClhHypervisor broken = new ClhHypervisor(config);
        VmmFailedException failure =
                catchThrowableOfType(
                        VmmFailedException.class,
                        () -> broken.create(new MachineSpec(ID, fixture.config())));
        nothingIsLeft();
        broken.deactivate();
        return failure;
    }

    @Test
    void everyStepOfCreationFails() throws Exception {
        for (String step : new String[] {"GET vmm.ping", "PUT vm.create", "GET vm.info"}) {
            fixture.play().refuse(step, 500, "Error from API", "the VMM says no", "out of " + step);
            assertThatThrownBy(this::create)
                    .as(step)
                    .isInstanceOf(VmmFailedException.class)
                    .hasMessageContaining(ID)
                    .satisfies(
                            e -> assertThat(chain(e)).contains("the VMM says no: out of " + step));
            nothingIsLeft();
            fixture.play().end(step);
            fixture.play().die(step);
            assertThatThrownBy(this::create)
                    .as(step)
                    .isInstanceOf(VmmFailedException.class)
                    .hasMessageContaining("was killed by signal 6")
                    .hasMessageContaining("panicked at " + step);
            nothingIsLeft();
            fixture.play().end(step);
        }
        create().stop();
        nothingIsLeft();
    }

    private static String chain(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            text.append(e.getMessage()).append('\n');
            for (Throwable more : e.getSuppressed()) {
                text.append(chain(more));
            }
        }
        return text.toString();
    }

    @Test
    void bootFails() throws Exception {
        Machine machine = create();
        fixture.play().refuse("PUT vm.boot", 500, "Error from API", "Cannot boot VM", "no memory");
        assertThatThrownBy(machine::start)
                .isInstanceOf(UnavailableException.class)
                .hasMessage(
                        "cannot start machine %s: Cloud Hypervisor refuses vm.boot with status 500: Error from API: Cannot boot VM: no memory",
                        ID);
        assertThat(machine.state()).isEqualTo(MachineState.CREATED);
        fixture.play().end("PUT vm.boot");
        fixture.play().die("PUT vm.boot");
        assertThatThrownBy(machine::start)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("does not answer vm.boot");
        assertThat(exit(machine).reason()).isEqualTo(Reason.FAILED);
        assertThat(exit(machine).detail())
                .contains("killed by signal 6", "panicked at PUT vm.boot");
        machine.stop();
        nothingIsLeft();
    }

    private static MachineExit exit(Machine machine) throws Exception {
        return machine.exited().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void slowAnswerIsWaitedForAndAnEndlessOneNot() throws Exception {
        Machine machine = start();
        fixture.play().delay("PUT vm.pause", 1500);
        machine.pause();
        assertThat(machine.state()).isEqualTo(MachineState.PAUSED);
        machine.stop();
        fixture.play().delay("PUT vm.create", 600_000);
        ClhHypervisor impatient =
                new ClhHypervisor(
                        fixture.settings(
                                fixture.settings().binary(),
                                fixture.kvm(),
                                Duration.ofSeconds(10)));
        assertThatThrownBy(() -> impatient.create(new MachineSpec(ID, fixture.config())))
                .isInstanceOf(VmmFailedException.class)
                .hasMessageContaining("does not answer vm.create");
        nothingIsLeft();
        impatient.deactivate();
    }

    @Test
    void whatIsDoneTooLateIsKnown() throws Exception {
        ClhConfig usual = fixture.settings();
        ClhHypervisor impatient =
                new ClhHypervisor(
                        new ClhConfig(
                                usual.binary(),
                                "",
                                usual.kvm(),
                                usual.runtimeDirectory(),
                                usual.startTimeout(),
                                Duration.ofSeconds(5),
                                usual.unplugTimeout()));
        Machine machine = impatient.create(new MachineSpec(ID, fixture.config()));
        machine.start();
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        fixture.play().delay("PUT vm.add-disk", 6500);
        assertThatThrownBy(() -> disks.plugDisk(disk("a")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("does not answer vm.add-disk");
        assertThat(fixture.play().requests()).endsWith("PUT vm.remove-device");
        fixture.play().end("PUT vm.add-disk");
        assertThat(disks.plugDisk(disk("a")).value()).isEqualTo("08");
        fixture.play().delay("PUT vm.pause", 6500);
        machine.pause();
        assertThat(machine.state()).isEqualTo(MachineState.PAUSED);
        // Of a machine that is paused, the device stays, and is known.
        fixture.play().delay("PUT vm.add-disk", 6500);
        assertThatThrownBy(() -> disks.plugDisk(disk("b")))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> disks.plugDisk(disk("b"))).isInstanceOf(ConflictException.class);
        machine.resume();
        disks.unplugDisk("b");
        machine.stop();
        impatient.deactivate();
        nothingIsLeft();
    }

    @Test
    void vmmThatDoesNotEndIsKilled() throws Exception {
        Machine machine = start();
        fixture.play().delay("PUT vmm.shutdown", 600_000);
        machine.stop();
        assertThat(exit(machine).reason()).isEqualTo(Reason.STOPPED);
        nothingIsLeft();
    }

    @Test
    void guestEndsByItself() throws Exception {
        assertThat(end("test.poweroff").reason()).isEqualTo(Reason.POWERED_OFF);
        assertThat(end("test.reset"))
                .extracting(MachineExit::reason, MachineExit::detail)
                .containsExactly(Reason.POWERED_OFF, "the guest reset itself");
        assertThat(end("test.panic"))
                .extracting(MachineExit::reason, MachineExit::detail)
                .containsExactly(Reason.PANICKED, "Kernel panic - not syncing: on demand");
        assertThat(end("test.panic.told").reason()).isEqualTo(Reason.PANICKED);
    }

    /// Its events are those of a guest that powers itself off, which errors of other kinds may have
    /// gone before.
    @Test
    void vmmThatEndsItselfHasFailed() throws Exception {
        MachineExit exit = end("test.vcpu");
        assertThat(exit.reason()).isEqualTo(Reason.FAILED);
        assertThat(exit.detail()).contains("VCPU generated error");
    }

    private MachineExit end(String arguments) throws Exception {
        Machine machine = hypervisor.create(new MachineSpec(ID, fixture.config(arguments)));
        machine.start();
        MachineExit exit = exit(machine);
        machine.stop();
        nothingIsLeft();
        return exit;
    }

    @Test
    void refusedDeviceIsNotPlugged() throws Exception {
        Machine machine = start();
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        fixture.play().refuse("PUT vm.add-disk", 500, "Error from API", "no such luck");
        assertThatThrownBy(() -> disks.plugDisk(disk("a")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("cannot plug disk a into machine " + ID)
                .hasMessageContaining("Error from API: no such luck");
        fixture.play().end("PUT vm.add-disk");
        assertThat(disks.plugDisk(disk("a")).value()).isEqualTo("08");
        machine.stop();
    }

    @Test
    void fileSystemThatKnowsNoDirectAccessIsNamed() throws Exception {
        Machine machine = start();
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        DiskSpec usual = disk("a");
        DiskSpec direct =
                new DiskSpec("a", usual.file(), usual.format(), true, DiskSpec.Cache.NONE, null);
        fixture.play()
                .refuse(
                        "PUT vm.add-disk",
                        500,
                        "Error from API",
                        "I/O error (path=/a op=open): Invalid argument (os error 22)");
        assertThatThrownBy(() -> disks.plugDisk(direct))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("the file system of " + usual.file());
        assertThatThrownBy(() -> disks.plugDisk(usual)).isInstanceOf(UnavailableException.class);
        fixture.play().end("PUT vm.add-disk");
        machine.stop();
    }

    private DiskSpec disk(String id) throws Exception {
        Path file = Files.write(fixture.directory().resolve(id + ".img"), new byte[4096]);
        return new DiskSpec(id, file, DiskSpec.Format.RAW, false, DiskSpec.Cache.WRITEBACK, null);
    }

    @Test
    void guestThatLetsNothingGo() throws Exception {
        ClhConfig usual = fixture.settings();
        ClhHypervisor impatient =
                new ClhHypervisor(
                        new ClhConfig(
                                usual.binary(),
                                "",
                                usual.kvm(),
                                usual.runtimeDirectory(),
                                usual.startTimeout(),
                                usual.requestTimeout(),
                                Duration.ofMillis(300)));
        Machine machine = impatient.create(new MachineSpec(ID, fixture.config("test.stubborn")));
        machine.start();
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        disks.plugDisk(disk("a"));
        assertThatThrownBy(() -> disks.unplugDisk("a"))
                .isInstanceOf(TimedOutException.class)
                .hasMessage("the guest of machine %s did not let go of disk a within 300 ms", ID);
        assertThatThrownBy(() -> disks.plugDisk(disk("a"))).isInstanceOf(ConflictException.class);
        long memory = fixture.config().memoryBytes();
        assertThat(machine.ability(Resize.class).resizeMemory(2 * memory)).isEqualTo(memory);
        machine.stop();
        impatient.deactivate();
        nothingIsLeft();
    }

    @Test
    void savingAndRestoringFail() throws Exception {
        Machine machine = start();
        machine.pause();
        Path directory = Files.createDirectory(fixture.directory().resolve("snapshot"));
        fixture.play().refuse("PUT vm.snapshot", 500, "Error from API", "the disk is full");
        Snapshot snapshot = machine.ability(Snapshot.class);
        assertThatThrownBy(() -> snapshot.save(directory))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("the disk is full");
        assertThat(directory).isEmptyDirectory();
        fixture.play().end("PUT vm.snapshot");
        snapshot.save(directory);
        machine.resume();
        SnapshotRestore restore = hypervisor.ability(SnapshotRestore.class);
        fixture.play().refuse("PUT vm.restore", 500, "Error from API", "CPUID is unlike");
        assertThatThrownBy(
                        () -> restore.restore(new MachineSpec(CLONE, fixture.config()), directory))
                .isInstanceOf(VmmFailedException.class)
                .hasMessageContaining("CPUID is unlike");
        fixture.play().end("PUT vm.restore");
        assertThat(hypervisor.machines()).hasSize(1);
        Machine clone = restore.restore(new MachineSpec(CLONE, fixture.config()), directory);
        assertThatThrownBy(() -> clone.ability(Snapshot.class))
                .isInstanceOf(RejectedException.class);
        clone.resume();
        long memory = fixture.config().memoryBytes();
        assertThat(clone.ability(Resize.class).resizeMemory(2 * memory)).isEqualTo(2 * memory);
        clone.stop();
        machine.stop();
        nothingIsLeft();
    }
}
