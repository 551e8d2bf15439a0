package io.sunaba.guest.agent;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.AddDeviceRequest;
import io.sunaba.guest.protocol.DevicesGrpc;
import io.sunaba.guest.protocol.RemoveDeviceRequest;

/// The calls of `sunaba.Devices`.
final class DeviceCalls extends DevicesGrpc.DevicesImplBase {
    private final Containers containers;

    DeviceCalls(Containers containers) {
        this.containers = containers;
    }

    @Override
    public void addDevice(AddDeviceRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> containers.require(request.getContainerId()).addDevice(request));
    }

    @Override
    public void removeDevice(RemoveDeviceRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () ->
                        containers
                                .require(request.getContainerId())
                                .removeDevice(request.getDeviceId()));
    }
}
