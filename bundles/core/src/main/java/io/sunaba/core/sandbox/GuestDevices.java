package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.core.record.DeviceRecord;
import io.sunaba.core.workflow.Action;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.TimedOutException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.sandbox.DeviceInfo;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Brings storage devices into a machine, from there into containers, and out of both.
final class GuestDevices {
    private static final int LONGEST_SERIAL = 20;

    private final Connection connection;

    GuestDevices(Connection connection) {
        this.connection = requireNonNull(connection, "connection is null");
    }

    /// What a device will be, before anything is done for it.
    static DeviceRecord planned(DeviceInfo info) {
        return new DeviceRecord(
                info,
                "dev-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()),
                null,
                null);
    }

    /// The ability that a machine needs for a device.
    static Class<? extends Ability> ability(DeviceInfo info) {
        return switch (info) {
            case DeviceInfo.Block _ -> DiskHotplug.class;
            case DeviceInfo.Share _ -> ShareHotplug.class;
        };
    }

    /// @throws io.sunaba.error.RejectedException if the machine cannot have a device like this
    void requireAbility(DeviceInfo info) throws InterruptedException {
        Ability _ = connection.machine().ability(ability(info));
    }

    /// Plugs a device and returns where the guest finds it; on failure it is not plugged.
    DeviceRecord plug(DeviceRecord device) throws InterruptedException {
        Machine machine = connection.machine();
        String id = device.machineId();
        return switch (device.info()) {
            case DeviceInfo.Block block ->
                    device.at(
                            machine.ability(DiskHotplug.class)
                                    .plugDisk(
                                            new DiskSpec(
                                                    id,
                                                    block.file(),
                                                    block.format(),
                                                    block.readOnly(),
                                                    block.cache(),
                                                    serial(block))));
            case DeviceInfo.Share share -> {
                machine.ability(ShareHotplug.class)
                        .plugShare(new ShareSpec(id, share.directory(), share.readOnly()));
                yield device;
            }
        };
    }

    private static String serial(DeviceInfo.Block block) {
        if (block.serial() != null) {
            return block.serial();
        }
        return block.id().substring(0, Math.min(LONGEST_SERIAL, block.id().length()));
    }

    /// Unplugs a device if it is there.
    void unplug(DeviceRecord device) throws InterruptedException {
        Machine machine = connection.machine();
        switch (device.info()) {
            case DeviceInfo.Block _ ->
                    machine.ability(DiskHotplug.class).unplugDisk(device.machineId());
            case DeviceInfo.Share _ ->
                    machine.ability(ShareHotplug.class).unplugShare(device.machineId());
        }
    }

    /// Gives a container a device; if it is not known whether that was done, it is undone.
    void attach(String containerId, Attachment attachment) throws InterruptedException {
        Agent agent = connection.agent();
        try {
            agent.addDevice(containerId, attachment.inGuest());
        } catch (InterruptedException | TimedOutException unknown) {
            settle(unknown, () -> detach(agent, containerId, attachment.device().id()));
            throw unknown;
        }
    }

    /// Gives a container its devices, as far as it does not have them.
    void attachMissing(String containerId, List<Attachment> attachments)
            throws InterruptedException {
        Agent agent = connection.agent();
        for (Attachment attachment : attachments) {
            attachAgain(agent, containerId, attachment);
        }
    }

    private static void attachAgain(Agent agent, String containerId, Attachment attachment)
            throws InterruptedException {
        try {
            agent.addDevice(containerId, attachment.inGuest());
        } catch (ConflictException _) {
            // It has it, or has ended and gets it when it is started again.
        }
    }

    /// Takes a device away from a container if it has it; if it is not known whether that was done,
    /// it has it again.
    void detach(String containerId, Attachment attachment) throws InterruptedException {
        Agent agent = connection.agent();
        try {
            detach(agent, containerId, attachment.device().id());
        } catch (InterruptedException | TimedOutException unknown) {
            settle(unknown, () -> attachAgain(agent, containerId, attachment));
            throw unknown;
        }
    }

    private static void detach(Agent agent, String containerId, String deviceId)
            throws InterruptedException {
        try {
            agent.removeDevice(containerId, deviceId);
        } catch (NotFoundException _) {
            // It is gone already, or its container is.
        }
    }

    private static void settle(Exception unknown, Action action) {
        try {
            Uninterrupted.run(action);
        } catch (RuntimeException e) {
            unknown.addSuppressed(e);
        }
    }
}
