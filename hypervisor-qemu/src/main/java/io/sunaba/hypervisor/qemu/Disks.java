package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonElement;
import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.DiskRules;

/// The disks that are plugged into a machine.
///
/// In QEMU a disk is two things of one name: a block node, which holds the file, and a device,
/// which holds the node and sits in a slot.
final class Disks implements DiskHotplug {
    private final QemuVm vm;
    private final QemuDevices devices;

    Disks(QemuVm vm, QemuDevices devices) {
        this.vm = vm;
        this.devices = devices;
    }

    /// Drops nodes that lost their device.
    void takeUp() throws QmpException, InterruptedException {
        Qmp qmp = vm.qmp();
        for (JsonElement node :
                qmp.execute("query-named-block-nodes", DiskCommands.flat()).getAsJsonArray()) {
            String name = node.getAsJsonObject().get("node-name").getAsString();
            if (DeviceKind.DISK.names(name)
                    && devices.find(DeviceKind.DISK, DeviceKind.DISK.id(name)) == null) {
                qmp.execute("blockdev-del", DiskCommands.blockdevDel(name));
            }
        }
    }

    @Override
    public PciPath plugDisk(DiskSpec spec) throws InterruptedException {
        DiskRules.check(spec);
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("plug disk " + spec.id() + " into");
            Device device = devices.claim(DeviceKind.DISK, spec.id());
            boolean plugged = false;
            try {
                plug(spec, device);
                plugged = true;
            } finally {
                if (!plugged) {
                    devices.forget(device);
                }
            }
            return device.path();
        } finally {
            vm.changes().unlock();
        }
    }

    /// An interrupt does not part what belongs together.
    private void plug(DiskSpec spec, Device device) {
        Qmp qmp = vm.qmp();
        try {
            qmp.executeToTheEnd("blockdev-add", DiskCommands.blockdevAdd(spec));
        } catch (QmpException e) {
            throw refused(spec, e);
        }
        try {
            devices.add(device, DiskCommands.DRIVER, DiskCommands.properties(spec));
        } catch (QmpException e) {
            try {
                qmp.executeToTheEnd("blockdev-del", DiskCommands.blockdevDel(device.name()));
            } catch (QmpException leftover) {
                e.addSuppressed(leftover);
            }
            throw refused(spec, e);
        }
    }

    private RuntimeException refused(DiskSpec spec, QmpException e) {
        String what = "cannot plug disk %s into machine %s".formatted(spec.id(), vm.id());
        return e.description().contains("lock")
                ? new ConflictException(
                        "%s: another machine has locked %s".formatted(what, spec.file()), e)
                : new UnavailableException(what, e);
    }

    @Override
    public void unplugDisk(String diskId) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("unplug disk " + diskId + " from");
            Device disk = devices.find(DeviceKind.DISK, diskId);
            if (disk != null) {
                devices.remove(disk);
                vm.qmp().executeToTheEnd("blockdev-del", DiskCommands.blockdevDel(disk.name()));
                devices.forget(disk);
            }
        } catch (QmpException e) {
            throw new UnavailableException(
                    "cannot unplug disk %s from machine %s".formatted(diskId, vm.id()), e);
        } finally {
            vm.changes().unlock();
        }
    }
}
