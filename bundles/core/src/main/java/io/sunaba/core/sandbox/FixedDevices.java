package io.sunaba.core.sandbox;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.Sandbox;
import java.util.List;

/// A sandbox whose devices and networks are those that it was created with: every operation that
/// would change them is refused here.
interface FixedDevices extends Sandbox {
    /// @throws io.sunaba.error.SunabaException if the sandbox was deleted or released
    void requireHeld();

    private RejectedException unsupported(String operation) {
        requireHeld();
        return new RejectedException(
                "%s of sandbox %s is not supported by this version".formatted(operation, id()));
    }

    @Override
    default Device addDevice(DeviceInfo info) {
        throw unsupported("addDevice");
    }

    @Override
    default void removeDevice(String deviceId) {
        throw unsupported("removeDevice");
    }

    @Override
    default List<Device> listDevices() {
        requireHeld();
        return List.of();
    }

    @Override
    default Interface addInterface(Interface networkInterface) {
        throw unsupported("addInterface");
    }

    @Override
    default Interface removeInterface(String name) {
        throw unsupported("removeInterface");
    }

    @Override
    default List<Interface> listInterfaces() {
        throw unsupported("listInterfaces");
    }

    @Override
    default List<Route> updateRoutes(List<Route> routes) {
        throw unsupported("updateRoutes");
    }

    @Override
    default List<Route> listRoutes() {
        throw unsupported("listRoutes");
    }
}
