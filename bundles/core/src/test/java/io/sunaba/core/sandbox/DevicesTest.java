package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.agent.GuestDevice;
import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.fake.FakeHypervisor.Host;
import io.sunaba.core.sandbox.Platform.Running;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
    private static final DiskSpec.Format RAW = DiskSpec.Format.RAW;

    @TempDir Path directory;
    private Platform platform;
    private Path disk;

    @BeforeEach
    void start() throws IOException {
        platform = new Platform(directory);
        disk = Files.writeString(directory.resolve("disk.img"), "a disk");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private DeviceInfo.Block block(
            String id, @Nullable String container, @Nullable String destination) {
        return new DeviceInfo.Block(
                id,
                container,
                destination,
                disk,
                RAW,
                false,
                DiskSpec.Cache.WRITEBACK,
                null,
                "ext4");
    }

    private Sandbox running() throws InterruptedException {
        Sandbox sandbox = platform.create("web", platform.container("one", "sleep"));
        sandbox.start();
        return sandbox;
    }

    private Host host() {
        return platform.hypervisor.only();
    }

    private FakeGuest.Container inGuest() {
        return requireNonNull(host().guest.containers.get("one"));
    }

    private static List<String> ids(Sandbox sandbox) {
        return sandbox.listDevices().stream().map(device -> device.info().id()).toList();
    }

    private void assertNone(Sandbox sandbox) {
        assertThat(ids(sandbox)).isEmpty();
        assertThat(host().disks).hasSize(1);
        assertThat(inGuest().devices).isEmpty();
    }

    private void assertThere(Sandbox sandbox) {
        assertThat(ids(sandbox)).containsExactly("data");
        assertThat(host().disks).hasSize(2);
        GuestDevice device = requireNonNull(inGuest().devices.get("data"));
        assertThat(device.destination()).isEqualTo("/data");
        assertThat(device.fileSystem()).isEqualTo("ext4");
    }

    @Test
    void deviceIsInItsContainerUntilItIsRemoved() throws InterruptedException {
        Sandbox sandbox = running();
        DeviceInfo info = block("data", "one", "/data");
        assertThat(sandbox.addDevice(info)).isEqualTo(new Device(info, "/data"));
        assertThere(sandbox);
        assertThat(host().disks.values())
                .anySatisfy(plugged -> {
                    assertThat(plugged.file()).isEqualTo(disk);
                    assertThat(plugged.serial()).isEqualTo("data");
                    assertThat(plugged.readOnly()).isFalse();
                });
        sandbox.removeDevice("data");
        assertNone(sandbox);
        assertThatThrownBy(() -> sandbox.removeDevice("data"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("sandbox web has no device data");
    }

    @Test
    void longIdMakesAShortSerial() throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.addDevice(block("x".repeat(32), null, null));
        assertThat(host().disks.values()).extracting(DiskSpec::serial).contains("x".repeat(20));
    }

    @Test
    void nextPlatformKnowsItAndRemovesIt() throws InterruptedException {
        running().addDevice(block("data", "one", "/data"));
        platform.stop();
        platform.start();
        Sandbox sandbox = platform.sandboxes.fetch("web");
        assertThere(sandbox);
        sandbox.removeDevice("data");
        assertNone(sandbox);
    }

    @Test
    void eachMachineAndEachRunOfTheContainerHasIt() throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.addDevice(block("data", "one", "/data"));
        sandbox.stopContainer("one", false);
        sandbox.startContainer("one");
        assertThere(sandbox);
        sandbox.stop(false);
        assertThat(sandbox.listDevices())
                .containsExactly(new Device(block("data", "one", "/data"), null));
        sandbox.start();
        assertThere(sandbox);
        sandbox.stop(false);
        sandbox.removeDevice("data");
        sandbox.start();
        assertNone(sandbox);
    }

    @Test
    void deviceForAStoppedContainerIsThereWhenItStarts() throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.stopContainer("one", false);
        sandbox.addDevice(block("data", "one", "/data"));
        assertThat(inGuest().devices).isEmpty();
        sandbox.startContainer("one");
        assertThere(sandbox);
    }

    @Test
    void deviceOfADeletedContainerIsNobodys() throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.addDevice(block("data", "one", "/data"));
        sandbox.stopContainer("one", false);
        sandbox.deleteContainer("one");
        assertThat(sandbox.listDevices())
                .containsExactly(new Device(block("data", null, null), null));
        assertThat(host().disks).hasSize(1);
        sandbox.removeDevice("data");
        assertThat(host().disks).isEmpty();
    }

    private ContainerConfig naming(String deviceId, String... options) {
        return platform.container("two", "sleep")
                .mounting(
                        List.of(
                                new Mount("/tmp", "tmpfs", "tmpfs", List.of()),
                                new Mount("/mine", Mount.DEVICE, deviceId, List.of(options))));
    }

    @Test
    void containerNamesADeviceThatIsNobodys() throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.addDevice(block("data", null, null));
        assertNobodys(sandbox);
        sandbox.createContainer(naming("data", "ro"));
        GuestDevice device = requireNonNull(host().guest.container("two").devices.get("data"));
        assertThat(device.destination()).isEqualTo("/mine");
        assertThat(device.readOnly()).isTrue();
        assertThat(sandbox.listDevices())
                .containsExactly(new Device(block("data", null, null), "/mine"));
        assertThatThrownBy(() -> sandbox.removeDevice("data"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("two", "data", "delete the container first");
        sandbox.deleteContainer("two");
        sandbox.removeDevice("data");
        assertNone(sandbox);
    }

    private void assertNobodys(Sandbox sandbox) {
        assertThat(ids(sandbox)).containsExactly("data");
        assertThat(inGuest().devices).isEmpty();
    }

    @Test
    void containerThatNamesAnUnknownDeviceIsNotCreated() throws InterruptedException {
        Sandbox sandbox = running();
        assertThatThrownBy(() -> sandbox.createContainer(naming("data")))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("sandbox web has no device data");
        assertThat(sandbox.status().containers()).hasSize(1);
        assertNone(sandbox);
    }

    @Test
    void sandboxIsCreatedWithDevices() throws InterruptedException {
        platform.create("plain").delete();
        Sandbox sandbox =
                platform.sandboxes.create(
                        config(List.of(block("data", "one", "/data"), block("free", null, null))));
        assertThat(ids(sandbox)).containsExactly("data", "free");
        assertThat(host().disks).hasSize(3);
        assertThat(inGuest().devices).containsOnlyKeys("data");
        sandbox.start();
        sandbox.stop(true);
        sandbox.delete();
        platform.assertNothingLeft();
    }

    private SandboxConfig config(List<DeviceInfo> devices) {
        return new SandboxConfig(
                "web",
                null,
                null,
                null,
                null,
                null,
                false,
                List.of(platform.container("one", "sleep")),
                List.of(),
                devices,
                Map.of());
    }

    @Test
    void sandboxWithABadDeviceIsNotCreated() {
        DeviceInfo good = block("data", "one", "/data");
        assertNotCreated(RejectedException.class, "there twice", good, good);
        assertNotCreated(RejectedException.class, "must have it", block("data", "no", "/data"));
        assertNotCreated(
                ConflictException.class, "something else", good, block("more", "one", "/data"));
        platform.hypervisor.lacking = ShareHotplug.class;
        assertNotCreated(
                RejectedException.class,
                "hypervisor 'fake' has no ShareHotplug",
                new DeviceInfo.Share("src", "one", "/src", directory, true));
    }

    private void assertNotCreated(
            Class<? extends Exception> type, String words, DeviceInfo... devices) {
        assertThatThrownBy(() -> platform.sandboxes.create(config(List.of(devices))))
                .isInstanceOf(type)
                .hasMessageContaining(words);
        platform.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"machine.plugDisk", "agent.addDevice"})
    void additionThatFailsLeavesNothing(String point) throws InterruptedException {
        Sandbox sandbox = running();
        byte[] record = requireNonNull(platform.storage.records.get("sandbox/web")).clone();
        platform.faults.fail(point);
        assertThatThrownBy(() -> sandbox.addDevice(block("data", "one", "/data")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(point);
        assertNone(sandbox);
        assertThat(platform.storage.records.get("sandbox/web")).isEqualTo(record);
        sandbox.addDevice(block("data", "one", "/data"));
        assertThere(sandbox);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void additionThatCannotBeStoredLeavesNothing(int write) throws InterruptedException {
        Sandbox sandbox = running();
        platform.storage.failWrite(write);
        assertThatThrownBy(() -> sandbox.addDevice(block("data", "one", "/data")))
                .isInstanceOf(UnavailableException.class);
        assertNone(sandbox);
        sandbox.addDevice(block("data", "one", "/data"));
        assertThere(sandbox);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent.removeDevice", "machine.unplugDisk"})
    void removalThatFailsChangesNothing(String point) throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.addDevice(block("data", "one", "/data"));
        byte[] record = requireNonNull(platform.storage.records.get("sandbox/web")).clone();
        platform.faults.fail(point);
        assertThatThrownBy(() -> sandbox.removeDevice("data"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(point);
        assertThere(sandbox);
        assertThat(platform.storage.records.get("sandbox/web")).isEqualTo(record);
        sandbox.removeDevice("data");
        assertNone(sandbox);
    }

    @Test
    void deviceInUseStays() throws InterruptedException {
        Sandbox sandbox = running();
        sandbox.addDevice(block("data", "one", "/data"));
        inGuest().busy.add("data");
        assertThatThrownBy(() -> sandbox.removeDevice("data"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("in use");
        assertThere(sandbox);
        inGuest().busy.clear();
        sandbox.removeDevice("data");
        assertNone(sandbox);
    }

    @ParameterizedTest
    @ValueSource(strings = {"machine.plugDisk", "agent.addDevice"})
    void interruptedAdditionLeavesNothing(String point) throws Exception {
        Sandbox sandbox = running();
        CountDownLatch hangs = platform.faults.hang(point);
        Running<Device> adding =
                Platform.run(() -> sandbox.addDevice(block("data", "one", "/data")));
        hangs.await();
        adding.thread().interrupt();
        assertThatThrownBy(() -> adding.result().get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertNone(sandbox);
    }

    @Test
    void machineWithoutTheAbilityIsRefusedByName() throws InterruptedException {
        Sandbox sandbox = running();
        int passed = platform.faults.passed.size();
        platform.hypervisor.lacking = DiskHotplug.class;
        assertThatThrownBy(() -> sandbox.addDevice(block("data", "one", "/data")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("DiskHotplug");
        platform.hypervisor.lacking = ShareHotplug.class;
        assertThatThrownBy(() ->
                        sandbox.addDevice(
                                new DeviceInfo.Share("src", "one", "/src", directory, true)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("ShareHotplug");
        assertThat(platform.faults.passed).hasSize(passed);
        platform.hypervisor.lacking = null;
        assertNone(sandbox);
    }

    private DeviceInfo share(@Nullable String container) {
        return new DeviceInfo.Share(
                "src", container, container == null ? null : "/src", directory, true);
    }

    @Test
    void directoriesAreSharedWithMachinesThatCan() throws InterruptedException {
        Sandbox sandbox = platform.sandboxes.create(config(List.of(share("one"))));
        assertThat(host().spec.config().sharedMemory()).isTrue();
        assertThat(host().shares.values())
                .singleElement()
                .satisfies(spec -> {
                    assertThat(spec.directory()).isEqualTo(directory);
                    assertThat(spec.readOnly()).isTrue();
                    assertThat(requireNonNull(inGuest().devices.get("src")).source())
                            .isEqualTo(new GuestDevice.Share(spec.id()));
                });
        sandbox.start();
        sandbox.removeDevice("src");
        assertThat(host().shares).isEmpty();
        assertThat(inGuest().devices).isEmpty();
        sandbox.addDevice(share("one"));
        assertThat(host().shares).hasSize(1);
        sandbox.stop(false);
        sandbox.start();
        assertThat(host().shares).hasSize(1);
        assertThat(inGuest().devices).containsOnlyKeys("src");
    }

    @Test
    void machineThatCannotShareSaysSo() throws InterruptedException {
        Sandbox sandbox = running();
        assertThat(host().spec.config().sharedMemory()).isFalse();
        assertThatThrownBy(() -> sandbox.addDevice(share("one")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("not shared");
        assertNone(sandbox);
        assertThat(host().shares).isEmpty();
    }

    private void refused(
            Sandbox sandbox,
            Class<? extends SunabaException> type,
            DeviceInfo info,
            String... words) {
        assertThatThrownBy(() -> sandbox.addDevice(info))
                .isInstanceOf(type)
                .hasMessageContainingAll(words);
        assertThat(ids(sandbox)).containsExactly("data");
        assertThat(host().disks).hasSize(2);
    }

    private DeviceInfo.Block file(Path file, DiskSpec.Format format) {
        return new DeviceInfo.Block(
                "new", "one", "/new", file, format, false, DiskSpec.Cache.WRITEBACK, null, "ext4");
    }

    private DeviceInfo.Block details(@Nullable String serial, @Nullable String fileSystem) {
        return new DeviceInfo.Block(
                "new",
                "one",
                "/new",
                disk,
                RAW,
                false,
                DiskSpec.Cache.WRITEBACK,
                serial,
                fileSystem);
    }

    @Test
    void badDevicesAreRefusedAndNothingChanges() throws Exception {
        Sandbox sandbox = running();
        sandbox.addDevice(block("data", "one", "/data"));
        Class<RejectedException> rejected = RejectedException.class;
        Path qcow2 = Files.write(directory.resolve("q"), new byte[] {'Q', 'F', 'I', (byte) 0xfb});
        refused(sandbox, ConflictException.class, block("data", null, null), "data already");
        refused(
                sandbox,
                ConflictException.class,
                block("new", "one", "/data"),
                "something else at /data");
        refused(sandbox, NotFoundException.class, block("new", "no", "/x"), "container no");
        for (String id : new String[] {"", "A", "1a", "a_b", "x".repeat(33)}) {
            refused(sandbox, rejected, block(id, null, null), "device id", "1 to 32 characters");
        }
        refused(sandbox, rejected, block("new", null, "/x"), "both or none");
        refused(sandbox, rejected, block("new", "one", null), "both or none");
        for (String path : new String[] {"x", "/x/../y", "/x/", "/", "/dev", "/proc/x", "/sys"}) {
            refused(sandbox, rejected, block("new", "one", path), "destination", "'" + path + "'");
        }
        refused(sandbox, rejected, file(directory.resolve("no"), RAW), "/no", "there");
        refused(sandbox, rejected, file(Path.of("disk.img"), RAW), "absolute");
        refused(sandbox, rejected, file(directory, RAW), "a regular file or a block device");
        refused(sandbox, rejected, file(Path.of("/dev/null"), RAW), "/dev/null", "block device");
        refused(sandbox, rejected, file(disk, DiskSpec.Format.QCOW2), "disk.img", "it is none");
        refused(sandbox, rejected, file(qcow2, RAW), "raw, and it is a qcow2 image");
        refused(sandbox, rejected, details("", "ext4"), "serial", "1 to 20");
        refused(sandbox, rejected, details("x".repeat(21), "ext4"), "serial", "1 to 20");
        refused(sandbox, rejected, details(null, "ext4 -o x"), "file system", "such as ext4");
        sandbox.addDevice(file(qcow2, DiskSpec.Format.QCOW2));
        sandbox.stop(false);
        assertThatThrownBy(() -> sandbox.addDevice(block("new", null, null)))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("STOPPED", "addDevice");
    }
}
