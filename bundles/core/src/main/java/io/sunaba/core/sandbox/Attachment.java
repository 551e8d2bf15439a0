package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.GuestDevice;
import io.sunaba.core.record.DeviceRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Mount;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A storage device in a container.
///
/// @param device the device
/// @param destination where in the container
/// @param readOnly whether the container may only read
record Attachment(DeviceRecord device, String destination, boolean readOnly) {
    private static final String READ_ONLY = "ro";

    Attachment {
        requireNonNull(device, "device is null");
        requireNonNull(destination, "destination is null");
    }

    /// Returns the one that a device itself asks for, or null if it is nobody's.
    static @Nullable Attachment of(DeviceRecord device) {
        String destination = device.info().destination();
        return destination == null
                ? null
                : new Attachment(device, destination, readOnly(device.info()));
    }

    private static boolean readOnly(DeviceInfo info) {
        return switch (info) {
            case DeviceInfo.Block block -> block.readOnly();
            case DeviceInfo.Share share -> share.readOnly();
        };
    }

    /// Returns what a container has: the devices that are for it, and those that it names among its
    /// mounts.
    ///
    /// @throws NotFoundException if it names one that the sandbox does not have
    /// @throws ConflictException if two are at one place
    static List<Attachment> of(SandboxRecord sandbox, ContainerConfig container) {
        List<Attachment> all = new ArrayList<>();
        for (DeviceRecord device : sandbox.devices()) {
            Attachment own = of(device);
            if (own != null && container.id().equals(device.info().containerId())) {
                all.add(own);
            }
        }
        for (Mount mount : container.mounts()) {
            if (mount.type().equals(Mount.DEVICE)) {
                DeviceRecord device =
                        sandbox.device(mount.source())
                                .orElseThrow(() -> unknown(sandbox, mount.source()));
                all.add(
                        new Attachment(
                                device,
                                mount.destination(),
                                readOnly(device.info()) || mount.options().contains(READ_ONLY)));
            }
        }
        requireApart(sandbox, container, all);
        return all;
    }

    private static void requireApart(
            SandboxRecord sandbox, ContainerConfig container, List<Attachment> all) {
        Set<String> ids = new HashSet<>();
        Set<String> places = new HashSet<>();
        without(container).mounts().forEach(mount -> places.add(mount.destination()));
        for (Attachment each : all) {
            if (!places.add(each.destination())) {
                throw new ConflictException(
                        "container %s of sandbox %s has something else at %s, so device %s cannot be there"
                                .formatted(
                                        container.id(),
                                        sandbox.id(),
                                        each.destination(),
                                        each.device().id()));
            }
            if (!ids.add(each.device().id())) {
                throw new ConflictException(
                        "container %s of sandbox %s has device %s already"
                                .formatted(container.id(), sandbox.id(), each.device().id()));
            }
        }
    }

    static NotFoundException unknown(SandboxRecord sandbox, String deviceId) {
        return new NotFoundException(
                "sandbox %s has no device %s".formatted(sandbox.id(), deviceId));
    }

    /// Returns a container without the mounts that are devices.
    static ContainerConfig without(ContainerConfig container) {
        List<Mount> others =
                container.mounts().stream()
                        .filter(mount -> !mount.type().equals(Mount.DEVICE))
                        .toList();
        return others.equals(container.mounts()) ? container : container.mounting(others);
    }

    /// Returns it as the guest is told.
    GuestDevice inGuest() {
        return switch (device.info()) {
            case DeviceInfo.Block block ->
                    new GuestDevice(
                            device.id(),
                            new GuestDevice.Disk(requirePath()),
                            block.fileSystem(),
                            readOnly,
                            destination);
            case DeviceInfo.Share _ ->
                    new GuestDevice(
                            device.id(),
                            new GuestDevice.Share(device.machineId()),
                            null,
                            readOnly,
                            destination);
        };
    }

    private PciPath requirePath() {
        PciPath path = device.path();
        if (path == null) {
            throw new IllegalStateException("device " + device.id() + " is not plugged");
        }
        return path;
    }
}
