package io.sunaba.hypervisor.qemu;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.InterfaceSpec.Tap;
import io.sunaba.vmm.TapDevice;
import io.sunaba.vmm.TapException;
import io.sunaba.vmm.VhostNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Networks of tap devices. A device is opened here, in the network namespace it is in, and handed
/// to QEMU, which could open neither.
final class Taps {
    private final QemuVm vm;

    Taps(QemuVm vm) {
        this.vm = vm;
    }

    /// Makes a network. On failure QEMU has nothing of it.
    ///
    /// @throws NotFoundException if there is no such device or namespace
    /// @throws ConflictException if somebody else has opened the device
    /// @throws RejectedException if it is no tap device, or this process may not open it
    void add(String name, Tap tap) throws QmpException {
        Path socket = vm.files().descriptorSocket();
        if (!Files.exists(socket)) {
            throw new RejectedException(
                    "machine %s takes no tap device %s: it was made by an earlier version"
                            .formatted(vm.id(), tap.name()));
        }
        try (TapDevice device = TapDevice.open(tap.name(), tap.networkNamespace());
                DescriptorMonitor monitor = DescriptorMonitor.open(socket)) {
            monitor.execute("getfd", QmpArguments.of("fdname", name), device);
            try {
                monitor.execute(
                        "netdev_add", InterfaceCommands.netdevAdd(name, VhostNet.works()), null);
            } catch (QmpException e) {
                forget(monitor, name);
                throw e;
            }
        } catch (TapException e) {
            throw refused(name, e);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot hand tap device %s to machine %s".formatted(tap.name(), vm.id()), e);
        }
    }

    /// Has QEMU close a device that it was given and made no network of.
    void forget(String name) throws QmpException {
        try (DescriptorMonitor monitor = DescriptorMonitor.open(vm.files().descriptorSocket())) {
            forget(monitor, name);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot take the tap device of %s from machine %s".formatted(name, vm.id()), e);
        }
    }

    private static void forget(DescriptorMonitor monitor, String name) throws IOException {
        try {
            monitor.execute("closefd", QmpArguments.of("fdname", name), null);
        } catch (QmpException _) {
            // It has none of that name, which is as well.
        }
    }

    private SunabaException refused(String name, TapException e) {
        String message =
                "cannot plug %s into machine %s: %s".formatted(name, vm.id(), e.getMessage());
        return switch (e.reason()) {
            case MISSING -> new NotFoundException(message, e);
            case IN_USE -> new ConflictException(message, e);
            case UNFIT, NOT_PERMITTED -> new RejectedException(message, e);
        };
    }
}
