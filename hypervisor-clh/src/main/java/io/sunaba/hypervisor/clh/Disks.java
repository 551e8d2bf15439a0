package io.sunaba.hypervisor.clh;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.DiskRules;
import java.util.Locale;

/// The disks that are plugged into a machine.
final class Disks implements DiskHotplug {
    private final ClhVm vm;
    private final ClhDevices devices;

    Disks(ClhVm vm, ClhDevices devices) {
        this.vm = vm;
        this.devices = devices;
    }

    @Override
    public PciPath plugDisk(DiskSpec spec) throws InterruptedException {
        DiskRules.check(spec);
        try {
            return devices.plug(
                            DeviceKind.DISK,
                            spec.id(),
                            device -> vm.api().change("vm.add-disk", disk(spec, device)))
                    .path();
        } catch (ApiException e) {
            String what = "cannot plug disk %s into machine %s".formatted(spec.id(), vm.id());
            if (e.words().toLowerCase(Locale.ROOT).contains("lock")) {
                throw new ConflictException(
                        "%s: another machine has locked %s".formatted(what, spec.file()), e);
            }
            // What open(2) says to O_DIRECT where it cannot be had.
            if (spec.cache() == DiskSpec.Cache.NONE && e.words().contains("Invalid argument")) {
                throw new RejectedException(
                        "%s: the file system of %s cannot do without the page cache"
                                .formatted(what, spec.file()),
                        e);
            }
            throw vm.failure(what, e);
        }
    }

    private static VmConfig.Disk disk(DiskSpec spec, Device device) {
        return new VmConfig.Disk(
                device.name(),
                spec.file().toAbsolutePath().toString(),
                spec.readOnly(),
                // Flushes always reach the disk: there is nothing less.
                spec.cache() == DiskSpec.Cache.NONE,
                spec.format() == DiskSpec.Format.RAW ? "Raw" : "Qcow2",
                spec.serial() == null ? spec.id() : spec.serial(),
                device.slot());
    }

    @Override
    public void unplugDisk(String diskId) throws InterruptedException {
        try {
            devices.unplug(DeviceKind.DISK, diskId, _ -> {});
        } catch (ApiException e) {
            throw vm.failure("cannot unplug disk %s from machine %s".formatted(diskId, vm.id()), e);
        }
    }
}
