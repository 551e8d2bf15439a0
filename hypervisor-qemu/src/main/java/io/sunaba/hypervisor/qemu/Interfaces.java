package io.sunaba.hypervisor.qemu;

import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.hypervisor.UserModeNetworks;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.InterfaceRules;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The network interfaces that are plugged into a machine.
///
/// In QEMU an interface is two things of one name: a network, and a device that is connected to it
/// and sits in a slot.
final class Interfaces implements InterfaceHotplug, UserModeNetworks {
    private final QemuVm vm;
    private final QemuDevices devices;
    private final Networks networks;

    /// By the ids of their interfaces.
    private final Map<String, String> macAddresses = new ConcurrentHashMap<>();

    Interfaces(QemuVm vm, QemuDevices devices) {
        this.vm = vm;
        this.devices = devices;
        this.networks = new Networks(vm);
    }

    /// Asks QEMU for the addresses, and drops networks that have no device.
    void takeUp() throws QmpException, InterruptedException {
        for (Device device : devices.all(DeviceKind.INTERFACE)) {
            macAddresses.put(device.id(), devices.property(device.name(), "mac").getAsString());
        }
        networks.dropAllBut(devices.all(DeviceKind.INTERFACE).stream().map(Device::name).toList());
    }

    @Override
    public PciPath plugInterface(InterfaceSpec spec) throws InterruptedException {
        InterfaceRules.check(spec);
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("plug interface " + spec.id() + " into");
            requireOwnAddress(spec);
            Device device = devices.claim(DeviceKind.INTERFACE, spec.id());
            boolean plugged = false;
            try {
                plug(spec, device);
                plugged = true;
            } finally {
                if (!plugged) {
                    devices.forget(device);
                }
            }
            macAddresses.put(spec.id(), spec.macAddress());
            return device.path();
        } catch (QmpException e) {
            throw refused(spec, e);
        } finally {
            vm.changes().unlock();
        }
    }

    private void requireOwnAddress(InterfaceSpec spec) {
        macAddresses.forEach((id, address) -> {
            if (address.equalsIgnoreCase(spec.macAddress()) && !id.equals(spec.id())) {
                throw new ConflictException(
                        "machine %s has MAC address %s: it is that of interface %s"
                                .formatted(vm.id(), address, id));
            }
        });
    }

    /// An interrupt does not part what belongs together.
    private void plug(InterfaceSpec spec, Device device) throws QmpException {
        networks.add(device.name(), spec.backend());
        boolean plugged = false;
        try {
            devices.add(device, InterfaceCommands.DRIVER, InterfaceCommands.properties(spec));
            plugged = true;
        } finally {
            if (!plugged) {
                networks.drop(device.name());
            }
        }
    }

    private RuntimeException refused(InterfaceSpec spec, QmpException e) {
        String what = "cannot plug interface %s into machine %s".formatted(spec.id(), vm.id());
        if (spec.backend() instanceof UserMode user && e.description().contains("forwarding")) {
            for (PortForward forward : user.forwards()) {
                if (e.description().contains(InterfaceCommands.rule(forward))) {
                    return new ConflictException(
                            "%s: %s port %d of host address %s is taken, or may not be used"
                                    .formatted(
                                            what,
                                            forward.protocol(),
                                            forward.hostPort(),
                                            forward.hostAddress()),
                            e);
                }
            }
        }
        return new UnavailableException(what, e);
    }

    @Override
    public void unplugInterface(String interfaceId) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("unplug interface " + interfaceId + " from");
            Device device = devices.find(DeviceKind.INTERFACE, interfaceId);
            if (device != null) {
                devices.remove(device);
                networks.remove(device.name());
                macAddresses.remove(interfaceId);
                devices.forget(device);
            }
        } catch (QmpException e) {
            throw new UnavailableException(
                    "cannot unplug interface %s from machine %s".formatted(interfaceId, vm.id()),
                    e);
        } finally {
            vm.changes().unlock();
        }
    }
}
