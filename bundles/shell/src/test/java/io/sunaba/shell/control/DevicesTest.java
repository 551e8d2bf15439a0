package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.shell.control.TestClient.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The commands `device:*`.
class DevicesTest extends ServerTest {
    @BeforeEach
    void create() {
        sandboxes.create(new SandboxConfig("web"));
    }

    private void expect(String line, String... words) throws IOException {
        Outcome outcome = exec(line);
        assertThat(outcome.status()).as(outcome.toString()).isZero();
        assertThat(outcome.output()).contains(words);
    }

    private void fails(String line, String... words) throws IOException {
        Outcome outcome = exec(line);
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.error()).contains(words);
        assertThat(devices()).isEmpty();
    }

    private List<Device> devices() {
        return sandboxes.fetch("web").listDevices();
    }

    @Test
    void diskIsAddedShownAndRemoved() throws IOException {
        expect(
                "device:add web --block data.img --id data --container c --destination /data"
                        + " --file-system ext4",
                "data.img",
                "ext4",
                "/data");
        assertThat(devices())
                .extracting(Device::info)
                .containsExactly(
                        new DeviceInfo.Block(
                                "data",
                                "c",
                                "/data",
                                Path.of("/data.img"),
                                DiskSpec.Format.RAW,
                                false,
                                DiskSpec.Cache.WRITEBACK,
                                null,
                                "ext4"));
        expect("device:list web", "ID", "READ ONLY", "data", "raw", "ext4", "/data");
        expect("device:list web | json", "\"kind\": \"raw\"", "\"cache\": \"writeback\"");
        assertThat(exec("device:remove web data").status()).isZero();
        assertThat(devices()).isEmpty();
        fails("device:remove web data", "no device data");
    }

    @Test
    void allOfADiskCanBeChosen() throws IOException {
        expect(
                "device:add web --block /x.qcow2 --format qcow2 --read-only --cache none --serial s1",
                "qcow2");
        assertThat(devices())
                .singleElement()
                .extracting(Device::info)
                .isInstanceOfSatisfying(
                        DeviceInfo.Block.class,
                        block -> {
                            assertThat(block.id()).matches("disk-[0-9a-f]{8}");
                            assertThat(block.containerId()).isNull();
                            assertThat(block.format()).isEqualTo(DiskSpec.Format.QCOW2);
                            assertThat(block.readOnly()).isTrue();
                            assertThat(block.cache()).isEqualTo(DiskSpec.Cache.NONE);
                            assertThat(block.serial()).isEqualTo("s1");
                            assertThat(block.fileSystem()).isNull();
                        });
    }

    @Test
    void directoryIsShared() throws IOException {
        expect("device:add web --share src --id src --read-only", "share", "src");
        assertThat(devices())
                .extracting(Device::info)
                .containsExactly(new DeviceInfo.Share("src", null, null, Path.of("/src"), true));
    }

    @Test
    void sandboxForOneCommandHasDevices() throws IOException {
        expect(
                "sandbox:run --rootfs / --disk d.img:/data:ro,fs=ext4 --disk /x:/dev/x,format=qcow2"
                        + " --volume src:/src -- echo done",
                "done");
        assertThat(sandboxes.created().getLast().devices())
                .containsExactly(
                        disk("disk-1", "/data", Path.of("/d.img"), DiskSpec.Format.RAW, "ext4"),
                        disk("disk-2", "/dev/x", Path.of("/x"), DiskSpec.Format.QCOW2, null),
                        new DeviceInfo.Share("volume-3", "main", "/src", Path.of("/src"), false));
        fails("sandbox:run --rootfs / --disk d.img -- true", "--disk d.img", "FILE:PATH");
        fails("sandbox:run --rootfs / --disk d:/d:rw -- true", "--disk d:/d:rw");
        fails("sandbox:run --rootfs / --disk d:/d,x=y -- true", "x=y is unknown");
        fails("sandbox:run --rootfs / --volume :/d -- true", "--volume :/d", "DIR:PATH");
    }

    private static DeviceInfo disk(
            String id,
            String path,
            Path file,
            DiskSpec.Format format,
            @Nullable String fileSystem) {
        return new DeviceInfo.Block(
                id,
                "main",
                path,
                file,
                format,
                fileSystem != null,
                DiskSpec.Cache.WRITEBACK,
                null,
                fileSystem);
    }

    @Test
    void whatDoesNotGoTogetherIsTold() throws IOException {
        fails("device:add web", "one of --block and --share");
        fails("device:add web --block a --share b", "one of --block and --share");
        fails("device:add web --block a --format vdi", "--format vdi", "raw, qcow2");
        fails("device:add web --block a --cache some", "writeback, none, unsafe");
        fails("device:add web --share a --file-system ext4", "--file-system is for disks");
        fails("device:add nonesuch --block a", "nonesuch");
    }
}
