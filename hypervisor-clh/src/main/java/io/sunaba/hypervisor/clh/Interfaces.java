package io.sunaba.hypervisor.clh;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.Tap;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.TapDevice;
import io.sunaba.vmm.TapException;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.InterfaceRules;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The network interfaces that are plugged into a machine. Each is a tap device, which is opened
/// here, in the network namespace it is in, and handed to Cloud Hypervisor.
final class Interfaces implements InterfaceHotplug {
    private final ClhVm vm;
    private final ClhDevices devices;

    /// By the ids of their interfaces.
    private final Map<String, String> macAddresses = new ConcurrentHashMap<>();

    Interfaces(ClhVm vm, ClhDevices devices) {
        this.vm = vm;
        this.devices = devices;
    }

    void takeUp(List<VmConfig.Net> plugged) {
        for (VmConfig.Net net : plugged) {
            if (DeviceKind.INTERFACE.names(net.id())) {
                macAddresses.put(DeviceKind.INTERFACE.id(net.id()), net.mac());
            }
        }
    }

    @Override
    public PciPath plugInterface(InterfaceSpec spec) throws InterruptedException {
        InterfaceRules.check(spec);
        Tap tap =
                switch (spec.backend()) {
                    case Tap known -> known;
                    case UserMode _ ->
                            throw new RejectedException(
                                    "interface %s cannot be plugged into machine %s: hypervisor %s has no networks in user mode, only tap devices"
                                            .formatted(spec.id(), vm.id(), ClhHypervisor.CLH));
                };
        try {
            return devices.plug(DeviceKind.INTERFACE, spec.id(), device -> plug(spec, tap, device))
                    .path();
        } catch (ApiException e) {
            throw vm.failure(what(spec), e);
        }
    }

    private String what(InterfaceSpec spec) {
        return "cannot plug interface %s into machine %s".formatted(spec.id(), vm.id());
    }

    private void plug(InterfaceSpec spec, Tap tap, Device device) throws ApiException {
        macAddresses.forEach((id, address) -> {
            if (address.equalsIgnoreCase(spec.macAddress())) {
                throw new ConflictException(
                        "machine %s has MAC address %s: it is that of interface %s"
                                .formatted(vm.id(), address, id));
            }
        });
        // Cloud Hypervisor asks for the size of packets by the device's name, in its own namespace.
        @Nullable Integer mtu = tap.networkNamespace() == null ? Integer.valueOf(spec.mtu()) : null;
        try (TapDevice open = TapDevice.open(tap.name(), tap.networkNamespace())) {
            vm.api()
                    .change(
                            "vm.add-net",
                            new VmConfig.Net(device.name(), spec.macAddress(), mtu, device.slot()),
                            open);
        } catch (TapException e) {
            throw refused(spec, e);
        }
        macAddresses.put(spec.id(), spec.macAddress());
    }

    private SunabaException refused(InterfaceSpec spec, TapException e) {
        String message = "%s: %s".formatted(what(spec), e.getMessage());
        return switch (e.reason()) {
            case MISSING -> new NotFoundException(message, e);
            case IN_USE -> new ConflictException(message, e);
            case UNFIT, NOT_PERMITTED -> new RejectedException(message, e);
        };
    }

    @Override
    public void unplugInterface(String interfaceId) throws InterruptedException {
        try {
            devices.unplug(
                    DeviceKind.INTERFACE, interfaceId, _ -> macAddresses.remove(interfaceId));
        } catch (ApiException e) {
            throw vm.failure(
                    "cannot unplug interface %s from machine %s".formatted(interfaceId, vm.id()),
                    e);
        }
    }
}
