package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.clh.server.ApiDescription;
import io.sunaba.vmm.TapDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Makes every request that there is, and none that the description forbids.
///
/// Tap devices take root and iproute2, shared directories root and virtiofsd.
class EveryRequestTest {
    private static final String ID = "1".repeat(32);
    private static final String CLONE = "2".repeat(32);
    private static final String MAC = "02:00:00:00:00:01";
    private static final String TAP = "sunaba-tap1";
    private static final String SPACE = "sunaba-clh-" + ProcessHandle.current().pid();

    // source: QEMU's docs/interop/qcow2.txt
    private static final int QCOW2_MAGIC = 0x514649fb;

    private static final int QCOW2_VERSION = 2;
    private static final String HOST_TAP = "sunaba" + ProcessHandle.current().pid();
    private static final Path SPACE_FILE = Path.of("/run/netns", SPACE);

    private ClhFixture fixture;
    private ClhHypervisor hypervisor;

    @BeforeEach
    void open() throws Exception {
        fixture = new ClhFixture();
        hypervisor = new ClhHypervisor(fixture.settings());
        run("ip", "netns", "add", SPACE);
        run("ip", "-n", SPACE, "tuntap", "add", TAP, "mode", "tap", "vnet_hdr");
        run("ip", "tuntap", "add", HOST_TAP, "mode", "tap", "vnet_hdr");
    }

    @AfterEach
    void close() throws Exception {
        hypervisor.destroy(ID);
        hypervisor.destroy(CLONE);
        hypervisor.deactivate();
        run("ip", "netns", "del", SPACE);
        run("ip", "tuntap", "del", HOST_TAP, "mode", "tap");
        fixture.close();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + output).isZero();
    }

    @Test
    void everyRequestIsMadeAndNoneIsForbidden() throws Exception {
        Machine machine = hypervisor.create(new MachineSpec(ID, fixture.config()));
        assertThat(machine.agentEndpoint())
                .isEqualTo(
                        new AgentEndpoint.HybridVsock(
                                fixture.machineDirectory().resolve(ID + "/vsock.sock"), 1024));
        machine.start();
        plugAndUnplug(machine);
        machine = reopened(machine);
        machine.pause();
        Path directory = Files.createDirectory(fixture.directory().resolve("snapshot"));
        machine.ability(Snapshot.class).save(directory);
        assertThat(directory.toFile().list()).containsOnly("memory", "state", "manifest");
        machine.resume();
        resize(machine);
        machine.stop();
        restore(directory);
        assertThat(hypervisor.machines()).isEmpty();
        assertThat(new TreeSet<>(fixture.play().requests()))
                .isEqualTo(new TreeSet<>(ApiDescription.read().operations()));
        assertThat(fixture.play().members()).isEqualTo(ApiDescription.read().members());
    }

    private void plugAndUnplug(Machine machine) throws Exception {
        disks(machine);
        interfaces(machine);
        shares(machine);
    }

    private void disks(Machine machine) throws Exception {
        DiskHotplug disks = machine.ability(DiskHotplug.class);
        Path image = Files.write(fixture.directory().resolve("disk"), new byte[4096]);
        assertThat(
                        disks.plugDisk(
                                        new DiskSpec(
                                                "data",
                                                image,
                                                DiskSpec.Format.RAW,
                                                false,
                                                DiskSpec.Cache.NONE,
                                                "number"))
                                .value())
                .isEqualTo("08");
        disks.unplugDisk("data");
        ByteBuffer header = ByteBuffer.allocate(4096).putInt(QCOW2_MAGIC).putInt(QCOW2_VERSION);
        Path layer = Files.write(fixture.directory().resolve("layer"), header.array());
        disks.plugDisk(
                new DiskSpec(
                        "layer",
                        layer,
                        DiskSpec.Format.QCOW2,
                        true,
                        DiskSpec.Cache.WRITEBACK,
                        null));
        disks.unplugDisk("layer");
    }

    private void interfaces(Machine machine) throws Exception {
        InterfaceHotplug interfaces = machine.ability(InterfaceHotplug.class);
        InterfaceSpec tap =
                new InterfaceSpec("eth0", MAC, 1500, new InterfaceSpec.Tap(TAP, SPACE_FILE));
        interfaces.plugInterface(tap);
        assertThatThrownBy(() ->
                        interfaces.plugInterface(
                                new InterfaceSpec("eth1", MAC, 1500, tap.backend())))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining(MAC);
        interfaces.unplugInterface("eth0");
        assertThatThrownBy(() ->
                        interfaces.plugInterface(
                                new InterfaceSpec(
                                        "eth1",
                                        MAC,
                                        1500,
                                        new InterfaceSpec.Tap("no-such-tap", null))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no-such-tap");
        // Whoever had it has let go of it.
        TapDevice.open(TAP, SPACE_FILE).close();
        interfaces.plugInterface(
                new InterfaceSpec("eth1", MAC, 1400, new InterfaceSpec.Tap(HOST_TAP, null)));
        interfaces.unplugInterface("eth1");
    }

    private void shares(Machine machine) throws Exception {
        Path directory = Files.createDirectory(fixture.directory().resolve("shared"));
        ShareHotplug shares = machine.ability(ShareHotplug.class);
        shares.plugShare(new ShareSpec("files", directory, false));
        shares.unplugShare("files");
        assertThat(fixture.machineDirectory().resolve(ID).toFile().list())
                .noneMatch(file -> file.startsWith("fs-"));
    }

    /// Lets go of the machine and takes it up again.
    private Machine reopened(Machine machine) throws InterruptedException {
        MachineRecord record = machine.record();
        hypervisor.deactivate();
        hypervisor = new ClhHypervisor(fixture.settings());
        return hypervisor.attach(record);
    }

    private void resize(Machine machine) throws InterruptedException {
        HypervisorConfig config = fixture.config();
        Resize resize = machine.ability(Resize.class);
        assertThat(resize.resizeVcpus(config.maximumVcpus())).isEqualTo(config.maximumVcpus());
        assertThat(resize.resizeMemory(config.maximumMemoryBytes()))
                .isEqualTo(config.maximumMemoryBytes());
    }

    private void restore(Path directory) throws InterruptedException {
        Machine clone =
                hypervisor
                        .ability(SnapshotRestore.class)
                        .restore(new MachineSpec(CLONE, fixture.config()), directory);
        clone.resume();
        resize(clone);
        clone.stop();
    }
}
