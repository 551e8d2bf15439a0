package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestContainer;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.TimedOutException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/// Brings containers into a guest and out of it: a disk with the root file system, and the
/// container on it.
final class GuestContainers {
    /// In place of the path of a disk that is not plugged yet.
    private static final PciPath UNPLUGGED = new PciPath("00");

    private final Connection connection;
    private final GuestDevices devices;
    private final boolean sharedPidNamespace;

    /// @param sharedPidNamespace whether they see each other's processes
    GuestContainers(Connection connection, GuestDevices devices, boolean sharedPidNamespace) {
        this.connection = requireNonNull(connection, "connection is null");
        this.devices = requireNonNull(devices, "devices is null");
        this.sharedPidNamespace = sharedPidNamespace;
    }

    /// What a container will be, before anything is done for it.
    static ContainerRecord planned(ContainerConfig config, RootImage image, Instant createdAt) {
        String diskId = "root-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return new ContainerRecord(
                config,
                ContainerState.READY,
                null,
                createdAt,
                null,
                image.file(),
                image.fileSystem(),
                new ContainerRecord.Disk(diskId, UNPLUGGED),
                ContainerRecord.Intent.CREATE);
    }

    /// Plugs the disk of a planned container and creates it in the guest with its storage devices,
    /// which are plugged already; on failure nothing is left.
    ContainerRecord bring(ContainerRecord planned, List<Attachment> attachments)
            throws InterruptedException {
        ContainerConfig config = planned.config();
        String diskId = requireDisk(planned).id();
        Machine machine = connection.machine();
        Agent agent = connection.agent();
        CompletableFuture<PciPath> path = new CompletableFuture<>();
        Workflow.run(
                "container " + config.id(),
                List.of(
                        new Step(
                                "its disk",
                                () -> path.complete(plug(machine, diskId, planned.image())),
                                () -> machine.ability(DiskHotplug.class).unplugDisk(diskId)),
                        new Step(
                                "its place in the guest",
                                () -> create(agent, config, planned.fileSystem(), path.join()),
                                () -> remove(agent, config.id())),
                        new Step("its devices", () -> attach(config.id(), attachments))));
        return planned.on(new ContainerRecord.Disk(diskId, path.join())).intending(null);
    }

    private void attach(String containerId, List<Attachment> attachments)
            throws InterruptedException {
        for (Attachment attachment : attachments) {
            devices.attach(containerId, attachment);
        }
    }

    private static PciPath plug(Machine machine, String diskId, Path image)
            throws InterruptedException {
        return machine.ability(DiskHotplug.class)
                .plugDisk(
                        new DiskSpec(
                                diskId,
                                image,
                                DiskSpec.Format.RAW,
                                true,
                                DiskSpec.Cache.WRITEBACK,
                                diskId));
    }

    /// Creates a container; if it is not known whether that was done, it is undone.
    private void create(Agent agent, ContainerConfig config, String fileSystem, PciPath path)
            throws InterruptedException {
        try {
            agent.createContainer(
                    new GuestContainer(
                            Attachment.without(config),
                            new GuestContainer.Disk(path, fileSystem),
                            sharedPidNamespace));
        } catch (InterruptedException | TimedOutException unknown) {
            try {
                Uninterrupted.run(() -> remove(agent, config.id()));
            } catch (RuntimeException e) {
                unknown.addSuppressed(e);
            }
            throw unknown;
        }
    }

    /// Creates a container anew on the disk that it has, with its storage devices.
    void renew(ContainerRecord container, List<Attachment> attachments)
            throws InterruptedException {
        ContainerRecord.Disk disk = requireDisk(container);
        Agent agent = connection.agent();
        remove(agent, container.id());
        create(agent, container.config(), container.fileSystem(), disk.path());
        try {
            attach(container.id(), attachments);
        } catch (RuntimeException | InterruptedException failure) {
            try {
                Uninterrupted.run(() -> remove(agent, container.id()));
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private static ContainerRecord.Disk requireDisk(ContainerRecord container) {
        ContainerRecord.Disk disk = container.disk();
        if (disk == null) {
            throw new IllegalStateException("container " + container.id() + " has no disk");
        }
        return disk;
    }

    /// Takes a container out of the guest and its disk out of the machine, as far as they are
    /// there.
    void takeAway(ContainerRecord container) throws InterruptedException {
        ContainerRecord.Disk disk = container.disk();
        remove(connection.agent(), container.id());
        if (disk != null) {
            connection.machine().ability(DiskHotplug.class).unplugDisk(disk.id());
        }
    }

    /// Removes a container from the guest, killing what runs of it; the disk stays.
    void remove(String containerId) throws InterruptedException {
        remove(connection.agent(), containerId);
    }

    private static void remove(Agent agent, String containerId) throws InterruptedException {
        try {
            agent.removeContainer(containerId);
        } catch (NotFoundException _) {
            // It is gone already.
        }
    }
}
