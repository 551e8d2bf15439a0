package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonElement;
import io.sunaba.error.ConflictException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.PciPath;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The disks that are plugged into a machine.
///
/// In QEMU a disk is two things of one name: a block node, which holds the file, and a device,
/// which holds the node and sits in a slot.
final class Disks implements DiskHotplug {
    private static final String PERIPHERAL = "/machine/peripheral";

    private final QemuVm vm;
    private final Duration unplugTimeout;
    private final Map<String, Disk> disks = new ConcurrentHashMap<>();

    /// @param slot the number of its slot
    /// @param released completes when the guest has let go of it
    private record Disk(int slot, CompletableFuture<Void> released) {}

    Disks(QemuVm vm, Duration unplugTimeout) {
        this.vm = vm;
        this.unplugTimeout = unplugTimeout;
    }

    /// Asks QEMU what is plugged, and drops nodes that lost their device.
    void takeUp() throws QmpException, InterruptedException {
        Qmp qmp = vm.qmp();
        for (JsonElement child :
                qmp.execute("qom-list", DiskCommands.qomList(PERIPHERAL)).getAsJsonArray()) {
            String device = child.getAsJsonObject().get("name").getAsString();
            if (DiskCommands.isDisk(device)) {
                JsonElement address =
                        qmp.execute(
                                "qom-get", DiskCommands.qomGet(PERIPHERAL + "/" + device, "addr"));
                disks.put(
                        DiskCommands.diskId(device),
                        new Disk(DiskCommands.slotOf(address), new CompletableFuture<>()));
            }
        }
        for (JsonElement node :
                qmp.execute("query-named-block-nodes", DiskCommands.flat()).getAsJsonArray()) {
            String name = node.getAsJsonObject().get("node-name").getAsString();
            if (DiskCommands.isDisk(name) && !disks.containsKey(DiskCommands.diskId(name))) {
                qmp.execute("blockdev-del", DiskCommands.blockdevDel(name));
            }
        }
    }

    /// Notes that a device is gone. Called for every device, by the thread that reads events.
    void deleted(String device) {
        Disk disk = DiskCommands.isDisk(device) ? disks.get(DiskCommands.diskId(device)) : null;
        if (disk != null) {
            disk.released().complete(null);
        }
    }

    @Override
    public PciPath plugDisk(DiskSpec spec) throws InterruptedException {
        DiskRules.check(spec);
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("plug disk " + spec.id() + " into");
            if (disks.containsKey(spec.id())) {
                throw new ConflictException(
                        "machine %s has a disk %s".formatted(vm.id(), spec.id()));
            }
            int slot = freeSlot(spec);
            plug(spec, slot);
            return CommandLine.path(slot);
        } finally {
            vm.changes().unlock();
        }
    }

    private int freeSlot(DiskSpec spec) {
        Set<Integer> taken = new HashSet<>();
        disks.values().forEach(disk -> taken.add(disk.slot()));
        for (int slot = CommandLine.FIRST_SLOT; slot <= CommandLine.LAST_SLOT; slot++) {
            if (!taken.contains(slot)) {
                return slot;
            }
        }
        throw new ConflictException(
                "no slot of machine %s is free for disk %s: all %d are taken"
                        .formatted(vm.id(), spec.id(), CommandLine.LAST_SLOT));
    }

    /// An interrupt does not part what belongs together.
    private void plug(DiskSpec spec, int slot) {
        Qmp qmp = vm.qmp();
        try {
            qmp.executeToTheEnd("blockdev-add", DiskCommands.blockdevAdd(spec));
        } catch (QmpException e) {
            throw refused(spec, e);
        }
        disks.put(spec.id(), new Disk(slot, new CompletableFuture<>()));
        try {
            qmp.executeToTheEnd("device_add", DiskCommands.deviceAdd(spec, slot));
        } catch (QmpException e) {
            disks.remove(spec.id());
            try {
                qmp.executeToTheEnd(
                        "blockdev-del", DiskCommands.blockdevDel(DiskCommands.name(spec.id())));
            } catch (QmpException leftover) {
                e.addSuppressed(leftover);
            }
            throw refused(spec, e);
        }
    }

    private RuntimeException refused(DiskSpec spec, QmpException e) {
        String what = "cannot plug disk %s into machine %s".formatted(spec.id(), vm.id());
        return e.description().contains("lock")
                ? new ConflictException(
                        "%s: another machine has locked %s".formatted(what, spec.file()), e)
                : new UnavailableException(what, e);
    }

    @Override
    public void unplugDisk(String diskId) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("unplug disk " + diskId + " from");
            Disk disk = disks.get(diskId);
            if (disk != null) {
                unplug(diskId, disk);
            }
        } finally {
            vm.changes().unlock();
        }
    }

    private void unplug(String id, Disk disk) throws InterruptedException {
        String name = DiskCommands.name(id);
        try {
            if (!disk.released().isDone()) {
                requestRelease(id, name);
                awaitRelease(id, disk);
            }
            vm.qmp().executeToTheEnd("blockdev-del", DiskCommands.blockdevDel(name));
            disks.remove(id);
        } catch (QmpException e) {
            throw new UnavailableException(
                    "cannot unplug disk %s from machine %s".formatted(id, vm.id()), e);
        }
    }

    private void requestRelease(String id, String name) throws QmpException, InterruptedException {
        if (vm.state() != MachineState.RUNNING) {
            throw new ConflictException(
                    "cannot unplug disk %s from machine %s: it is %s, and only a running guest can"
                                    .formatted(id, vm.id(), vm.state())
                            + " let go of it");
        }
        try {
            vm.qmp().execute("device_del", DiskCommands.deviceDel(name));
        } catch (QmpException e) {
            // A former request, which timed out here, still stands in the guest.
            if (!e.description().contains("in the process of unplug")) {
                throw e;
            }
        }
    }

    private void awaitRelease(String id, Disk disk) throws InterruptedException {
        try {
            CompletableFuture.anyOf(disk.released(), vm.exit())
                    .get(unplugTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    "the guest of machine %s did not let go of disk %s within %d ms"
                            .formatted(vm.id(), id, unplugTimeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        vm.requireAlive("unplug disk " + id + " from");
    }
}
