package io.sunaba.hypervisor.qemu;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.hypervisor.UserModeNetworks;
import io.sunaba.vmm.machine.Usage;

/// What can be done with one machine beyond its life.
final class Abilities {
    private final QemuVm vm;
    private final QemuDevices devices;
    private final Disks disks;
    private final Interfaces interfaces;
    private final QemuShares shares;

    Abilities(QemuVm vm, QemuConfig config) {
        this.vm = vm;
        this.devices = new QemuDevices(vm, config.unplugTimeout());
        this.disks = new Disks(vm, devices);
        this.interfaces = new Interfaces(vm, devices);
        this.shares = new QemuShares(vm, devices, config.virtiofsd());
    }

    /// Asks QEMU what is there, and drops what was left half done.
    void takeUp() throws QmpException, InterruptedException {
        devices.takeUp();
        disks.takeUp();
        interfaces.takeUp();
        shares.takeUp();
    }

    /// Notes that a device is gone. Called for every device, by the thread that reads events.
    void deviceDeleted(String name) {
        devices.deleted(name);
    }

    /// Returns an ability.
    ///
    /// @throws RejectedException if the machine lacks it
    <T extends Ability> T get(Class<T> kind) {
        if (kind == DiskHotplug.class) {
            return kind.cast(disks);
        }
        if (kind == InterfaceHotplug.class || kind == UserModeNetworks.class) {
            return kind.cast(interfaces);
        }
        if (kind == ShareHotplug.class) {
            shares.obstacle()
                    .ifPresent(reason -> {
                        throw lacks(kind, ": " + reason);
                    });
            return kind.cast(shares);
        }
        if (kind == Resize.class) {
            return kind.cast(new Resizing(vm));
        }
        if (kind == UsageMetrics.class) {
            return kind.cast((UsageMetrics) () -> Usage.of(vm, shares.processes()));
        }
        if (kind == Snapshot.class) {
            return kind.cast(Saving.of(vm));
        }
        throw lacks(kind, "");
    }

    private RejectedException lacks(Class<?> kind, String reason) {
        return new RejectedException(
                "hypervisor %s lacks the ability %s, asked of machine %s%s"
                        .formatted(QemuHypervisor.QEMU, kind.getSimpleName(), vm.id(), reason));
    }
}
