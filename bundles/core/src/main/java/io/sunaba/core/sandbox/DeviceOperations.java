package io.sunaba.core.sandbox;

import io.sunaba.core.state.Operation;
import io.sunaba.core.validation.DeviceRules;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Sandbox;
import java.util.List;

/// The operations on storage devices.
interface DeviceOperations extends Sandbox {
    /// @throws io.sunaba.error.SunabaException if the sandbox was deleted or released
    void requireHeld();

    /// Runs an operation that changes the sandbox, in a state where it is legal and under the lock.
    <T> T changing(Operation operation, SandboxLock.Body<T> body) throws InterruptedException;

    DeviceWork devices();

    @Override
    default Device addDevice(DeviceInfo info) throws InterruptedException {
        requireHeld();
        DeviceRules.check(info);
        return changing(Operation.ADD_DEVICE, () -> devices().add(info));
    }

    @Override
    default void removeDevice(String deviceId) throws InterruptedException {
        String _ =
                changing(
                        Operation.REMOVE_DEVICE,
                        () -> {
                            devices().remove(deviceId);
                            return deviceId;
                        });
    }

    @Override
    default List<Device> listDevices() {
        requireHeld();
        return devices().list();
    }
}
