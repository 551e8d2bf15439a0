package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.DeviceRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Mount;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes to the storage devices of one sandbox. All but [#list] is called under its exclusive
/// lock.
final class DeviceWork {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceWork.class);

    private final Parts parts;
    private final GuestDevices devices;

    DeviceWork(Parts parts) {
        this.parts = requireNonNull(parts, "parts is null");
        this.devices = parts.devices();
    }

    private SandboxRecord sandbox() {
        return parts.ledger().record();
    }

    List<Device> list() {
        SandboxRecord sandbox = sandbox();
        return sandbox.devices().stream().map(device -> shown(sandbox, device)).toList();
    }

    private static Device shown(SandboxRecord sandbox, DeviceRecord device) {
        return new Device(device.info(), sandbox.machine() == null ? null : place(sandbox, device));
    }

    private static @Nullable String place(SandboxRecord sandbox, DeviceRecord device) {
        if (device.info().destination() != null) {
            return device.info().destination();
        }
        return sandbox.containers().stream()
                .flatMap(container -> container.config().mounts().stream())
                .filter(mount -> names(mount, device.id()))
                .map(Mount::destination)
                .findFirst()
                .orElse(null);
    }

    private static boolean names(Mount mount, String deviceId) {
        return mount.type().equals(Mount.DEVICE) && mount.source().equals(deviceId);
    }

    /// Adds a device.
    ///
    /// @param info follows the rules for devices
    Device add(DeviceInfo info) throws InterruptedException {
        DeviceRecord planned = GuestDevices.planned(info);
        ContainerRecord container = check(planned);
        devices.requireAbility(info);
        CompletableFuture<DeviceRecord> plugged = new CompletableFuture<>();
        Workflow.run(
                "device %s of sandbox %s".formatted(info.id(), parts.id()),
                List.of(
                        new Step(
                                "its intent record",
                                () -> parts.ledger().intend(sandbox().with(begun(planned))),
                                () -> parts.ledger().flush()),
                        new Step(
                                "plugging it",
                                () -> plugged.complete(devices.plug(planned)),
                                () -> devices.unplug(planned)),
                        new Step(
                                "its place in the container",
                                () -> attach(container, plugged.join()),
                                () -> detach(plugged.join())),
                        new Step(
                                "its record",
                                () ->
                                        parts.ledger()
                                                .commit(
                                                        sandbox()
                                                                .with(plugged.join())
                                                                .on(
                                                                        parts.connection()
                                                                                .machine()
                                                                                .record())))));
        LOG.info("Sandbox {} has device {}", parts.id(), info.id());
        return shown(sandbox(), plugged.join());
    }

    private static DeviceRecord begun(DeviceRecord planned) {
        return planned.intending(DeviceRecord.Intent.ADD);
    }

    /// Returns the container that a device is for, or null.
    private @Nullable ContainerRecord check(DeviceRecord planned) {
        DeviceInfo info = planned.info();
        if (sandbox().device(info.id()).isPresent()) {
            throw new ConflictException(
                    "sandbox %s has a device %s already".formatted(parts.id(), info.id()));
        }
        if (info.containerId() == null) {
            return null;
        }
        ContainerRecord container =
                sandbox()
                        .container(info.containerId())
                        .orElseThrow(() ->
                                new NotFoundException(
                                        "sandbox %s has no container %s for device %s"
                                                .formatted(
                                                        parts.id(),
                                                        info.containerId(),
                                                        info.id())));
        List<Attachment> _ = Attachment.of(sandbox().with(planned), container.config());
        return container;
    }

    /// One that is stopped gets its devices when it is started again.
    private void attach(@Nullable ContainerRecord container, DeviceRecord device)
            throws InterruptedException {
        Attachment attachment = Attachment.of(device);
        if (container != null
                && attachment != null
                && container.state() != ContainerState.STOPPED) {
            devices.attach(container.id(), attachment);
        }
    }

    private void detach(DeviceRecord device) throws InterruptedException {
        Attachment attachment = Attachment.of(device);
        String containerId = device.info().containerId();
        if (containerId != null && attachment != null) {
            devices.detach(containerId, attachment);
        }
    }

    void remove(String deviceId) throws InterruptedException {
        DeviceRecord device =
                sandbox()
                        .device(deviceId)
                        .orElseThrow(() -> Attachment.unknown(sandbox(), deviceId));
        requireUnnamed(deviceId);
        if (sandbox().machine() == null) {
            parts.ledger().commit(sandbox().withoutDevice(deviceId));
            return;
        }
        parts.ledger().intend(sandbox().with(device.intending(DeviceRecord.Intent.REMOVE)));
        try {
            takeAway(device);
        } catch (RuntimeException | InterruptedException failure) {
            parts.ledger().flush();
            throw failure;
        }
        noteRemoval(deviceId);
        LOG.info("Device {} of sandbox {} is removed", deviceId, parts.id());
    }

    private void requireUnnamed(String deviceId) {
        for (ContainerRecord container : sandbox().containers()) {
            ContainerConfig config = container.config();
            if (config.mounts().stream().anyMatch(mount -> names(mount, deviceId))) {
                throw new ConflictException(
                        "container %s of sandbox %s names device %s among its mounts: delete the container first"
                                .formatted(config.id(), parts.id(), deviceId));
            }
        }
    }

    private void noteRemoval(String deviceId) throws InterruptedException {
        parts.ledger()
                .note(sandbox().withoutDevice(deviceId).on(parts.connection().machine().record()));
    }

    private void takeAway(DeviceRecord device) throws InterruptedException {
        String containerId = device.info().containerId();
        Attachment attachment = Attachment.of(device);
        Workflow.run(
                "removal of device %s of sandbox %s".formatted(device.id(), parts.id()),
                List.of(
                        new Step(
                                "its place in the container",
                                () -> detach(device),
                                () -> {
                                    if (containerId != null && attachment != null) {
                                        devices.attachMissing(containerId, List.of(attachment));
                                    }
                                }),
                        new Step("unplugging it", () -> devices.unplug(device))));
    }

    /// Settles what an earlier process had begun. Nobody was told that a device was added: that is
    /// undone. One that was being removed may be gone: that is completed, unless it is in use.
    ///
    /// @param begun with its intent
    void settle(DeviceRecord begun) throws InterruptedException {
        switch (begun.intent()) {
            case ADD -> {
                detach(begun);
                devices.unplug(begun);
                noteRemoval(begun.id());
            }
            case REMOVE -> completeRemoval(begun.intending(null));
            case null -> {
                return;
            }
        }
        LOG.info(
                "Device {} of sandbox {}: its {} was cut short and is settled",
                begun.id(),
                parts.id(),
                begun.intent());
    }

    private void completeRemoval(DeviceRecord device) throws InterruptedException {
        try {
            takeAway(device);
        } catch (ConflictException e) {
            LOG.warn("Device {} of sandbox {} stays", device.id(), parts.id(), e);
            parts.ledger().note(sandbox().with(device));
            return;
        }
        noteRemoval(device.id());
    }
}
