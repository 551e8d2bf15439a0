package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.agent.GuestDevice;
import io.sunaba.guest.protocol.AddDeviceRequest;
import io.sunaba.hypervisor.PciPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceRequestsTest {
    private static AddDeviceRequest add(GuestDevice.Source source, @Nullable String fileSystem) {
        return DeviceRequests.add(
                "web", new GuestDevice("data", source, fileSystem, true, "/srv/data"));
    }

    @Test
    void diskIsMounted() {
        assertThat(add(new GuestDevice.Disk(new PciPath("08/02")), "ext4"))
                .isEqualTo(
                        AddDeviceRequest.newBuilder()
                                .setContainerId("web")
                                .setDeviceId("data")
                                .setDriver("blk")
                                .setSource("08/02")
                                .setFstype("ext4")
                                .setReadOnly(true)
                                .setDestination("/srv/data")
                                .build());
    }

    @Test
    void diskWithoutFileSystemIsADeviceFile() {
        assertThat(add(new GuestDevice.Disk(new PciPath("08/02")), null).getFstype()).isEmpty();
    }

    @Test
    void shareHasItsOwnFileSystem() {
        AddDeviceRequest request = add(new GuestDevice.Share("dev-1"), null);
        assertThat(request.getDriver()).isEqualTo("virtio-fs");
        assertThat(request.getSource()).isEqualTo("dev-1");
        assertThat(request.getFstype()).isEqualTo("virtiofs");
    }
}
