package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.vmm.HostProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Programs that are not what they should be.
class LaunchTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String GOOD_VERSION =
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo QEMU emulator version 7.2.0; exit; fi\n";

    private QemuFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new QemuFixture();
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void programIsMissing() {
        refused("no-such-qemu", "program no-such-qemu is missing: QEMU 7.2 or newer is needed");
    }

    @Test
    void programIsNoQemu() throws Exception {
        String program = script("#!/bin/sh\necho I am a $1; echo indeed\n");
        refused(program, program + " is no QEMU: asked for its version it says 'I am a --version'");
    }

    @Test
    void programIsTooOld() throws Exception {
        String program = script("#!/bin/sh\necho 'QEMU emulator version 7.1.94 (Debian)'\n");
        refused(program, program + " is QEMU 7.1.94: 7.2 or newer is needed");
    }

    @Test
    void programChangesBetweenCreations() throws Exception {
        String program = script("#!/bin/sh\necho QEMU emulator version 6.0.1\n");
        Hypervisor hypervisor = new QemuHypervisor(fixture.settings(program));
        assertThatThrownBy(hypervisor::capabilities).hasMessageContaining("6.0.1");
        script(GOOD_VERSION);
        assertThat(hypervisor.capabilities().vmm()).isEqualTo("QEMU 7.2.0");
    }

    @Test
    void diesAtStart() throws Exception {
        VmmFailedException failure =
                failure(GOOD_VERSION + "echo one >&2; echo two words >&2; exit 3\n");
        assertThat(failure)
                .hasMessage(
                        "machine %s cannot be created: QEMU ended with status 3: one; two words",
                        ID);
        assertThat(failure.lastWords()).isEqualTo("one; two words");
    }

    @Test
    void endsAtOnceWithoutAWord() throws Exception {
        VmmFailedException failure = failure(GOOD_VERSION + "exit 0\n");
        assertThat(failure)
                .hasMessage("machine %s cannot be created: QEMU ended with status 0", ID);
        assertThat(failure.lastWords()).isEmpty();
    }

    @Test
    void isKilledAtStart() throws Exception {
        assertThat(failure(GOOD_VERSION + "kill -9 $$\n"))
                .hasMessageEndingWith("killed by signal 9");
    }

    @Test
    void neverGetsReady() throws Exception {
        VmmFailedException failure = failure(GOOD_VERSION + "echo waiting; exec sleep 1000\n");
        assertThat(failure)
                .hasMessage(
                        "machine %s cannot be created: QEMU was not ready within 2000 ms: waiting",
                        ID);
    }

    @Test
    void qemuRefusesTheGuest() throws Exception {
        Files.write(fixture.config().guest().kernel(), new byte[10]);
        VmmFailedException failure =
                catchThrowableOfType(
                        VmmFailedException.class,
                        () -> create(new QemuHypervisor(fixture.settings())));
        assertThat(failure.lastWords()).contains("kernel");
        nothingIsLeft();
    }

    @Test
    void runtimeDirectoryIsAFile() throws Exception {
        Files.createFile(fixture.machineDirectory());
        assertThatThrownBy(fixture::open)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("runtime.directory " + fixture.machineDirectory());
    }

    @Test
    void runtimeDirectoryIsMadePrivateAndMadeAgain() throws Exception {
        Files.createDirectory(
                fixture.machineDirectory(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Hypervisor hypervisor = fixture.open();
        assertPrivate();
        Files.delete(fixture.machineDirectory());
        assertThat(hypervisor.machines()).isEmpty();
        hypervisor.create(new MachineSpec(ID, fixture.config())).stop();
        assertPrivate();
    }

    private void assertPrivate() throws IOException {
        assertThat(Files.getPosixFilePermissions(fixture.machineDirectory()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    /// The plugin comes up; what needs the program says what is wrong with it.
    private void refused(String program, String message) {
        Hypervisor hypervisor = new QemuHypervisor(fixture.settings(program));
        assertThatThrownBy(hypervisor::capabilities)
                .isInstanceOf(UnavailableException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> create(hypervisor))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(message);
        nothingIsLeft();
    }

    private VmmFailedException failure(String script) throws Exception {
        QemuConfig good = fixture.settings(script(script));
        Hypervisor hypervisor =
                new QemuHypervisor(
                        new QemuConfig(
                                good.binary(),
                                good.virtiofsd(),
                                good.accel(),
                                good.runtimeDirectory(),
                                Duration.ofSeconds(2),
                                good.unplugTimeout()));
        VmmFailedException failure =
                catchThrowableOfType(VmmFailedException.class, () -> create(hypervisor));
        nothingIsLeft();
        return failure;
    }

    private void create(Hypervisor hypervisor) throws InterruptedException {
        hypervisor.create(new MachineSpec(ID, fixture.config()));
    }

    private void nothingIsLeft() {
        assertThat(fixture.machineDirectory()).isEmptyDirectory();
        assertThat(HostProcess.withArgument(CommandLine.name(ID))).isEmpty();
    }

    private String script(String text) throws IOException {
        Path script = fixture.directory().resolve("program");
        Files.deleteIfExists(script);
        Files.createFile(
                script,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(script, text);
        return script.toString();
    }
}
