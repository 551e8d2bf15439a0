package io.sunaba.hypervisor.clh;

import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.Devices;
import java.time.Duration;

/// What is plugged into a machine, on its one bus.
final class ClhDevices extends Devices<ApiException> {
    private final ClhVm vm;

    ClhDevices(ClhVm vm, Duration unplugTimeout) {
        super(vm, unplugTimeout, CommandLine.FIRST_SLOT, CommandLine.LAST_SLOT);
        this.vm = vm;
    }

    /// What is done with a device.
    @FunctionalInterface
    interface Step {
        void run(Device device) throws ApiException, InterruptedException;
    }

    @Override
    protected PciPath path(int slot) {
        return new PciPath("%02x".formatted(slot));
    }

    /// Takes up a device if its name is that of one that was plugged.
    void takeUp(String name, int slot) {
        for (DeviceKind kind : DeviceKind.values()) {
            if (slot >= 0 && kind.names(name)) {
                found(kind, kind.id(name), slot);
            }
        }
    }

    @Override
    protected void requestRelease(Device device) throws ApiException {
        vm.api().change("vm.remove-device", new Requests.RemoveDevice(device.name()));
    }

    /// Takes an id and a slot, and plugs a device there. On failure they are free again.
    Device plug(DeviceKind kind, String id, Step step) throws ApiException, InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("plug %s %s into".formatted(kind.words(), id));
            Device device = claim(kind, id);
            boolean plugged = false;
            try {
                step.run(device);
                plugged = true;
                return device;
            } finally {
                if (!plugged) {
                    forget(device);
                }
            }
        } finally {
            vm.changes().unlock();
        }
    }

    /// Unplugs a device, if there is one.
    ///
    /// @param afterwards what is done when the guest has let go of it
    void unplug(DeviceKind kind, String id, Step afterwards)
            throws ApiException, InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("unplug %s %s from".formatted(kind.words(), id));
            Device device = find(kind, id);
            if (device != null) {
                remove(device);
                afterwards.run(device);
                forget(device);
            }
        } finally {
            vm.changes().unlock();
        }
    }
}
