package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.Program;
import io.sunaba.vmm.UnixSockets;
import io.sunaba.vmm.device.ShareDaemon;
import io.sunaba.vmm.device.Virtiofsd;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What shared directories of QEMU's machines are beyond the contract: their daemons. Takes root.
class SharesTest {
    private static final String ID = "2".repeat(32);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MKNOD = 27;

    private QemuFixture fixture;
    private QemuHypervisor hypervisor;
    private QemuFiles files;
    private Machine machine;
    private ShareHotplug hotplug;
    private Path directory;

    @BeforeEach
    void open() throws Exception {
        fixture = new QemuFixture();
        directory = Files.createDirectory(fixture.directory().resolve("a, \\b c"));
        hypervisor = new QemuHypervisor(fixture.settings());
        files = QemuFiles.of(fixture.machineDirectory(), ID);
        machine = hypervisor.create(new MachineSpec(ID, fixture.config()));
        machine.start();
        fixture.awaitUp(machine);
        hotplug = machine.ability(ShareHotplug.class);
    }

    @AfterEach
    void close() throws Exception {
        hypervisor.destroy(ID);
        hypervisor.deactivate();
        fixture.close();
    }

    private HostProcess daemon(String id) {
        return ShareDaemon.of(files, "share-" + id).living().orElseThrow();
    }

    /// Returns what a daemon has for its root directory.
    private static Path rootOf(HostProcess daemon) {
        return Path.of("/proc/%d/root".formatted(daemon.pid()));
    }

    private void awaitSandbox(HostProcess daemon) throws Exception {
        while (!Files.isSameFile(rootOf(daemon), directory)) {
            assertThat(daemon.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void aSocketThatIsThereIsNotOneThatListens() throws Exception {
        Path socket = directory.resolve("socket");
        assertThat(UnixSockets.listens(socket)).isFalse();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(UnixSockets.listens(socket)).isTrue();
        }
        assertThat(socket).exists();
        assertThat(UnixSockets.listens(socket)).isFalse();
    }

    @Test
    void daemonSeesTheDirectoryAndNothingElse() throws Exception {
        hotplug.plugShare(new ShareSpec("rw", directory, false));
        HostProcess daemon = daemon("rw");
        awaitSandbox(daemon);
        Files.writeString(rootOf(daemon).resolve("file"), "text");
        assertThat(directory.resolve("file")).hasContent("text");
        long capabilities =
                Files.readAllLines(Path.of("/proc/%d/status".formatted(daemon.pid()))).stream()
                        .filter(line -> line.startsWith("CapEff:"))
                        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                        .findFirst()
                        .orElseThrow();
        assertThat(capabilities >> MKNOD & 1).as("may make devices").isZero();
    }

    @Test
    void whatIsReadOnlyTheDaemonCannotWriteAndTheHostCan() throws Exception {
        Files.writeString(directory.resolve("file"), "text");
        hotplug.plugShare(new ShareSpec("ro", directory, true));
        HostProcess daemon = daemon("ro");
        Path root = rootOf(daemon);
        while (!Files.exists(root.resolve("file"))) {
            assertThat(daemon.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> Files.writeString(root.resolve("file"), "changed"))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("Read-only file system");
        assertThatThrownBy(() -> Files.writeString(root.resolve("other"), "new"))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("Read-only file system");
        Files.writeString(directory.resolve("file"), "by the host");
        assertThat(root.resolve("file")).hasContent("by the host");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .as("mounts of the platform")
                .doesNotContain(directory.getFileName().toString());
    }

    @Test
    void deadDaemonEndsNeitherMachineNorUnplugging() throws Exception {
        hotplug.plugShare(new ShareSpec("a", directory, false));
        HostProcess daemon = daemon("a");
        daemon.kill();
        assertThat(daemon.awaitEnd(PATIENCE)).isTrue();
        machine.pause();
        machine.resume();
        assertThat(machine.state()).isEqualTo(MachineState.RUNNING);
        hotplug.unplugShare("a");
        hotplug.plugShare(new ShareSpec("a", directory, false));
        assertThat(daemon("a").isAlive()).isTrue();
    }

    @Test
    void nothingOfADaemonIsLeftWhenItsDirectoryIsUnplugged() throws Exception {
        hotplug.plugShare(new ShareSpec("a", directory, true));
        HostProcess daemon = daemon("a");
        ShareDaemon known = ShareDaemon.of(files, "share-a");
        assertThat(known.socket()).exists();
        hotplug.unplugShare("a");
        assertThat(daemon.isAlive()).isFalse();
        assertThat(known.socket()).doesNotExist();
        assertThat(Virtiofsd.lock(known.socket())).doesNotExist();
        assertThat(files.noted()).isEmpty();
        try (var left = Files.list(files.directory())) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("fs-"));
        }
    }

    @Test
    void daemonsCountAsTheMachines() throws Exception {
        UsageMetrics metrics = machine.ability(UsageMetrics.class);
        assertThat(metrics.usage().processIds()).hasSize(1);
        hotplug.plugShare(new ShareSpec("a", directory, false));
        assertThat(metrics.usage().processIds()).hasSize(2).contains(daemon("a").pid());
    }

    @Test
    void machineWithASharedDirectoryIsNotSaved() throws Exception {
        hotplug.plugShare(new ShareSpec("a", directory, false));
        machine.pause();
        Path target = Files.createDirectory(fixture.directory().resolve("snapshot"));
        assertThatThrownBy(() -> machine.ability(Snapshot.class).save(target))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("share-a");
        machine.resume();
        hotplug.unplugShare("a");
        machine.pause();
        machine.ability(Snapshot.class).save(target);
    }

    @Test
    void daemonWithoutADeviceIsEndedWhenTheMachineIsTakenUp() throws Exception {
        MachineRecord record = machine.record();
        hypervisor.deactivate();
        // As far as a platform comes that dies in the middle: the process is there, its pid is not
        // noted.
        Path socket = files.shareSocket(3);
        List<String> command = Virtiofsd.require("").command(directory, false, socket);
        PrivateDirectory.write(files.note("share-a"), "{\"slot\": 3}");
        new Program(Path.of(command.getFirst()))
                .startDetached(command.subList(1, command.size()), files.shareLog(3));
        HostProcess daemon = daemon("a");
        hypervisor = new QemuHypervisor(fixture.settings());
        machine = hypervisor.attach(record);
        assertThat(daemon.awaitEnd(PATIENCE)).isTrue();
        assertThat(socket).doesNotExist();
        assertThat(files.noted()).isEmpty();
        machine.ability(ShareHotplug.class).plugShare(new ShareSpec("a", directory, false));
    }

    @Test
    void missingProgramIsNamedWithItsPackageAndThePlaces() throws Exception {
        String missing = "/nowhere/virtiofsd";
        QemuConfig config = fixture.virtiofsd(missing);
        QemuHypervisor without = new QemuHypervisor(config);
        assertThat(without.capabilities().abilities()).doesNotContain(ShareHotplug.class);
        MachineRecord record = machine.record();
        hypervisor.deactivate();
        hypervisor = without;
        Machine other = without.attach(record);
        assertThatThrownBy(() -> other.ability(ShareHotplug.class))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("ShareHotplug", ID, missing);
        assertThatThrownBy(() -> Virtiofsd.require(missing))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("package virtiofsd", "qemu-system-common", missing);
    }

    @Test
    void daemonThatDoesNotComeUpIsQuotedAndNothingIsLeft() throws Exception {
        Path broken = fixture.directory().resolve("virtiofsd");
        Files.writeString(
                broken,
                "#!/bin/sh\n[ \"$1\" = --help ] && exec echo -o source=PATH\necho no luck today\nexit 3\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwx------"));
        MachineRecord record = machine.record();
        hypervisor.deactivate();
        hypervisor = new QemuHypervisor(fixture.virtiofsd(broken.toString()));
        machine = hypervisor.attach(record);
        ShareHotplug shares = machine.ability(ShareHotplug.class);
        assertThatThrownBy(() -> shares.plugShare(new ShareSpec("a", directory, false)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll(directory.toString(), "status 3", "no luck today");
        assertThat(files.noted()).isEmpty();
        assertThat(HostProcess.withArgument(Virtiofsd.socketArgument(files.shareSocket(1))))
                .isEmpty();
    }
}
