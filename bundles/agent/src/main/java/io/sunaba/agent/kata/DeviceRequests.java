package io.sunaba.agent.kata;

import io.sunaba.agent.GuestDevice;
import io.sunaba.guest.protocol.AddDeviceRequest;
import io.sunaba.guest.protocol.RemoveDeviceRequest;

/// Builds the requests that give containers storage devices and take them away.
final class DeviceRequests {
    private DeviceRequests() {}

    static AddDeviceRequest add(String containerId, GuestDevice device) {
        AddDeviceRequest.Builder request =
                AddDeviceRequest.newBuilder()
                        .setContainerId(containerId)
                        .setDeviceId(device.id())
                        .setReadOnly(device.readOnly())
                        .setDestination(device.destination());
        if (device.fileSystem() != null) {
            request.setFstype(device.fileSystem());
        }
        return switch (device.source()) {
            case GuestDevice.Disk disk ->
                    request.setDriver("blk").setSource(disk.path().value()).build();
            case GuestDevice.Share share ->
                    request.setDriver("virtio-fs")
                            .setSource(share.tag())
                            .setFstype("virtiofs")
                            .build();
        };
    }

    static RemoveDeviceRequest remove(String containerId, String deviceId) {
        return RemoveDeviceRequest.newBuilder()
                .setContainerId(containerId)
                .setDeviceId(deviceId)
                .build();
    }
}
