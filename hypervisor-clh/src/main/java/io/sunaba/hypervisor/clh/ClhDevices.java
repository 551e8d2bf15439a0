package io.sunaba.hypervisor.clh;

import io.sunaba.error.SunabaException;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.Devices;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is plugged into a machine, on its one bus.
final class ClhDevices extends Devices<ApiException> {
    private static final Logger LOG = LoggerFactory.getLogger(ClhDevices.class);

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

    /// Takes an id and a slot, and plugs a device there. On failure they are free again, unless
    /// Cloud Hypervisor has plugged it all the same and keeps it.
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
            } catch (ApiException e) {
                withdraw(device, e);
                throw e;
            } finally {
                if (!plugged) {
                    forget(device);
                }
            }
        } finally {
            vm.changes().unlock();
        }
    }

    /// Takes a device out again that Cloud Hypervisor has plugged without an answer in time. One
    /// that it keeps stays known, with its id and its slot. An interrupt is kept for later.
    ///
    /// @param failure what became of the request
    void withdraw(Device device, ApiException failure) {
        if (failure.status() != ApiException.NONE || !vm.process().isAlive()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        boolean gone = false;
        try {
            // It answers one request after the other.
            if (vm.api().info().has(device.name())) {
                remove(device);
            }
            gone = true;
        } catch (InterruptedException _) {
            interrupted = true;
        } catch (ApiException | SunabaException e) {
            LOG.warn("machine {}: {} may be plugged", vm.id(), device, e);
        } finally {
            if (!gone) {
                // Another than the one that the caller forgets.
                found(device.kind(), device.id(), device.slot());
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
