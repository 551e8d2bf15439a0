package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.hypervisor.InterfaceSpec.Tap;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.TapDevice;
import io.sunaba.vmm.machine.Records;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What interfaces of QEMU's machines are beyond the contract: tap devices, and what a crash
/// leaves.
///
/// Tap devices take root and iproute2.
class NetworksTest {
    private static final String ID = "1".repeat(32);
    private static final String MAC = "02:00:00:00:00:01";
    private static final String TAP = "sunaba-tap0";
    private static final String SPACE = "sunaba-" + ProcessHandle.current().pid();
    private static final Path SPACE_FILE = Path.of("/run/netns", SPACE);
    private static final String LOCAL = "127.0.0.1";

    private QemuFixture fixture;
    private QemuHypervisor hypervisor;
    private Machine machine;
    private InterfaceHotplug hotplug;
    private final List<List<String>> cleanups = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        fixture = new QemuFixture();
        hypervisor = new QemuHypervisor(fixture.settings());
        machine = hypervisor.create(new MachineSpec(ID, fixture.config()));
        machine.start();
        fixture.awaitUp(machine);
        hotplug = machine.ability(InterfaceHotplug.class);
    }

    @AfterEach
    void close() throws Exception {
        hypervisor.destroy(ID);
        hypervisor.deactivate();
        fixture.close();
        for (List<String> command : cleanups.reversed()) {
            run(command.toArray(String[]::new));
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + output).isZero();
        return output;
    }

    private void makeNamespace() throws Exception {
        run("ip", "netns", "add", SPACE);
        cleanups.add(List.of("ip", "netns", "del", SPACE));
    }

    /// Makes a tap device in the namespace.
    private void makeTap() throws Exception {
        makeNamespace();
        run("ip", "-n", SPACE, "tuntap", "add", TAP, "mode", "tap", "vnet_hdr");
        run("ip", "-n", SPACE, "link", "set", TAP, "up");
    }

    /// Tells whether somebody has the device open: it is running then.
    private static boolean isOpen() throws Exception {
        return !run("ip", "-n", SPACE, "link", "show", TAP).contains("NO-CARRIER");
    }

    private static InterfaceSpec tap(String name, @Nullable Path namespace) {
        return new InterfaceSpec("eth0", MAC, 1400, new Tap(name, namespace));
    }

    private int openFiles() throws IOException {
        try (var files =
                Files.list(
                        Path.of(
                                "/proc/%d/fd"
                                        .formatted(
                                                Records.living(
                                                                QemuFiles.of(
                                                                        fixture.machineDirectory(),
                                                                        ID),
                                                                CommandLine.name(ID))
                                                        .orElseThrow()
                                                        .pid())))) {
            return (int) files.count();
        }
    }

    @Test
    void tapInAnotherNamespaceIsTheMachinesUntilItIsUnplugged() throws Exception {
        makeTap();
        assertThat(isOpen()).isFalse();
        int before = openFiles();
        for (int round = 0; round < 3; round++) {
            hotplug.plugInterface(tap(TAP, SPACE_FILE));
            assertThat(isOpen()).isTrue();
            assertThatThrownBy(() -> TapDevice.open(TAP, SPACE_FILE))
                    .hasMessageContaining("is in use");
            hotplug.unplugInterface("eth0");
            assertThat(isOpen()).isFalse();
            assertThat(openFiles()).isEqualTo(before);
        }
        hotplug.plugInterface(tap(TAP, SPACE_FILE));
        machine.stop();
        assertThat(isOpen()).isFalse();
    }

    @Test
    void threadsStayInTheirOwnNamespace() throws Exception {
        makeTap();
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        hotplug.plugInterface(tap(TAP, SPACE_FILE));
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            assertThat(tasks.toList())
                    .allSatisfy(task ->
                            assertThat(task.resolve("ns/net"))
                                    .satisfiesAnyOf(
                                            file ->
                                                    assertThat(Files.readSymbolicLink(file))
                                                            .isEqualTo(own),
                                            file -> assertThat(file).doesNotExist()));
        }
    }

    @Test
    void tapThatCannotBeHadIsRefusedByNameAndNothingIsLeft() throws Exception {
        makeTap();
        int before = openFiles();
        assertThatThrownBy(() -> hotplug.plugInterface(tap("sunaba-none", SPACE_FILE)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("sunaba-none");
        assertThatThrownBy(() -> hotplug.plugInterface(tap(TAP, null)))
                .as("it is not in the platform's own namespace")
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> hotplug.plugInterface(tap("lo", SPACE_FILE)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("lo is no tap device");
        Path missing = SPACE_FILE.resolveSibling("sunaba-missing");
        assertThatThrownBy(() -> hotplug.plugInterface(tap(TAP, missing)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(missing.toString());
        Path file = Files.createFile(fixture.directory().resolve("no-namespace"));
        assertThatThrownBy(() -> hotplug.plugInterface(tap(TAP, file)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(file + " is no network namespace");
        for (String name : List.of("", ".", "..", "a/b", "a b", "0123456789abcdef")) {
            assertThatThrownBy(() -> hotplug.plugInterface(tap(name, SPACE_FILE)))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        try (TapDevice _ = TapDevice.open(TAP, SPACE_FILE)) {
            assertThatThrownBy(() -> hotplug.plugInterface(tap(TAP, SPACE_FILE)))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(TAP + " is in use");
        }
        assertThat(openFiles()).isEqualTo(before);
        assertThat(QemuFiles.of(fixture.machineDirectory(), ID).noted()).isEmpty();
        hotplug.plugInterface(tap(TAP, SPACE_FILE));
    }

    @Test
    void machineOfAnEarlierVersionTakesNoTaps() throws Exception {
        makeTap();
        Files.delete(QemuFiles.of(fixture.machineDirectory(), ID).descriptorSocket());
        assertThatThrownBy(() -> hotplug.plugInterface(tap(TAP, SPACE_FILE)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("made by an earlier version");
        assertThat(isOpen()).isFalse();
    }

    @Test
    void networkWithoutADeviceIsGoneWhenTheMachineIsTakenUp() throws Exception {
        makeTap();
        MachineRecord record = machine.record();
        hypervisor.deactivate();
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        QemuFiles files = QemuFiles.of(fixture.machineDirectory(), ID);
        // As far as a platform comes that dies in the middle: with one device a network is there,
        // with the other QEMU has been handed a file.
        UserMode user =
                new UserMode("10.0.2.0/24", List.of(new PortForward("tcp", LOCAL, port, 80)));
        Qmp.Events nobody =
                new Qmp.Events() {
                    @Override
                    public void event(String name, JsonObject data) {}

                    @Override
                    public void ended() {}
                };
        PrivateDirectory.write(files.note("nic-a"), "user");
        try (Qmp qmp = Qmp.open(files.qmpSocket(), nobody, Duration.ofSeconds(10))) {
            qmp.execute("netdev_add", InterfaceCommands.netdevAdd("nic-a", user));
        }
        PrivateDirectory.write(files.note("nic-b"), "tap");
        try (TapDevice device = TapDevice.open(TAP, SPACE_FILE);
                DescriptorMonitor monitor = DescriptorMonitor.open(files.descriptorSocket())) {
            monitor.execute("getfd", QmpArguments.of("fdname", "nic-b"), device);
        }
        assertThat(isOpen()).isTrue();
        assertThatThrownBy(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()))
                .isInstanceOf(IOException.class);

        hypervisor = new QemuHypervisor(fixture.settings());
        machine = hypervisor.attach(record);

        assertThat(isOpen()).isFalse();
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        assertThat(files.noted()).isEmpty();
        machine.ability(InterfaceHotplug.class)
                .plugInterface(new InterfaceSpec("a", MAC, 1500, user));
    }
}
