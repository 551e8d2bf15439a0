package io.sunaba.hypervisor.clh;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.vmm.machine.Usage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What can be done with one machine beyond its life.
final class Abilities {
    private final ClhVm vm;
    private final ClhDevices devices;
    private final Disks disks;
    private final Interfaces interfaces;
    private final ClhShares shares;

    Abilities(ClhVm vm, ClhConfig config) {
        this.vm = vm;
        this.devices = new ClhDevices(vm, config.unplugTimeout());
        this.disks = new Disks(vm, devices);
        this.interfaces = new Interfaces(vm, devices);
        this.shares = new ClhShares(vm, devices, config.virtiofsd());
    }

    /// Takes up what is there, and drops what was left half done.
    void takeUp(Requests.Info info) {
        // Not by the config: that forgets a device before the guest lets go of it.
        Optional.ofNullable(info.deviceTree())
                .orElse(Map.of())
                .values()
                .forEach(node ->
                        Optional.ofNullable(node.children())
                                .orElse(List.of())
                                .forEach(name -> devices.takeUp(name, node.slot())));
        interfaces.takeUp(Optional.ofNullable(info.config().net()).orElse(List.of()));
        shares.takeUp();
    }

    /// Notes that a device is gone. Called for every device, by the thread that reads events.
    void deviceRemoved(String name) {
        devices.deleted(name);
    }

    /// Returns an ability.
    ///
    /// @throws RejectedException if the machine lacks it
    <T extends Ability> T get(Class<T> kind) {
        if (kind == DiskHotplug.class) {
            return kind.cast(disks);
        }
        if (kind == InterfaceHotplug.class) {
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
            return kind.cast(Saving.of(vm, devices));
        }
        throw lacks(kind, "");
    }

    private RejectedException lacks(Class<?> kind, String reason) {
        return new RejectedException(
                "hypervisor %s lacks the ability %s, asked of machine %s%s"
                        .formatted(ClhHypervisor.CLH, kind.getSimpleName(), vm.id(), reason));
    }
}
