package io.sunaba.hypervisor.clh;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Resize;
import io.sunaba.vmm.machine.Settling;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a machine processors, and memory to the device that has room for it.
///
/// Processors are never taken away: a guest that does not let go of one, of which nothing tells,
/// could be given no more. The guest leaves them alone when it is told to.
final class Resizing implements Resize {
    private static final Logger LOG = LoggerFactory.getLogger(Resizing.class);

    /// What the device takes and gives memory in.
    private static final long UNIT = 2L * 1024 * 1024;

    private final ClhVm vm;

    Resizing(ClhVm vm) {
        this.vm = vm;
    }

    /// How much memory a machine has from the start, and how much there is room for.
    ///
    /// @param zoned whether Cloud Hypervisor wants to be told of the zone
    record Room(long base, long most, boolean zoned) {
        static Room of(VmConfig.Memory memory) {
            List<VmConfig.Zone> zones = memory.zones();
            if (zones == null) {
                return new Room(memory.size(), room(memory.hotplugSize()), false);
            }
            return new Room(zones.getFirst().size(), room(zones.getFirst().hotplugSize()), true);
        }

        private static long room(@Nullable Long size) {
            return Optional.ofNullable(size).orElse(0L);
        }
    }

    @Override
    public int resizeVcpus(int vcpus) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("resize");
            VmConfig.Cpus cpus = vm.api().info().config().cpus();
            if (vcpus < 1 || vcpus > cpus.maxVcpus()) {
                throw new RejectedException(
                        "machine %s cannot have %d vCPUs: it can have 1 to %d"
                                .formatted(vm.id(), vcpus, cpus.maxVcpus()));
            }
            if (vcpus <= cpus.bootVcpus()) {
                return cpus.bootVcpus();
            }
            vm.api().change("vm.resize", new Requests.Resize(vcpus, null));
            return vcpus;
        } catch (ApiException e) {
            throw vm.failure("cannot resize machine " + vm.id(), e);
        } finally {
            vm.changes().unlock();
        }
    }

    @Override
    public long resizeMemory(long memoryBytes) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("resize");
            Requests.Info info = vm.api().info();
            Room room = Room.of(info.config().memory());
            if (memoryBytes < room.base() || memoryBytes > room.base() + room.most()) {
                throw new RejectedException(
                        "machine %s cannot have %d bytes of memory: it can have %d to %d"
                                .formatted(
                                        vm.id(),
                                        memoryBytes,
                                        room.base(),
                                        room.base() + room.most()));
            }
            long wanted = room.base() + (memoryBytes - room.base() + UNIT - 1) / UNIT * UNIT;
            long before = info.memoryActualSize();
            return wanted == before ? wanted : change(room, before, wanted);
        } catch (ApiException e) {
            throw vm.failure("cannot resize machine " + vm.id(), e);
        } finally {
            vm.changes().unlock();
        }
    }

    private long change(Room room, long before, long wanted)
            throws ApiException, InterruptedException {
        if (vm.state() != MachineState.RUNNING) {
            throw new ConflictException(
                    "cannot resize the memory of machine %s: it is %s, and only a running guest can take or give any"
                            .formatted(vm.id(), vm.state()));
        }
        request(room, wanted);
        long reached = before;
        try {
            reached = Settling.await(wanted, before, () -> vm.api().info().memoryActualSize());
        } finally {
            if (reached != wanted) {
                // What the guest would do later, nobody would know.
                request(room, reached);
                LOG.warn(
                        "machine {}: its guest stops at {} of {} bytes of memory",
                        vm.id(),
                        reached,
                        wanted);
            }
        }
        return reached;
    }

    private void request(Room room, long bytes) throws ApiException {
        if (room.zoned()) {
            vm.api().change("vm.resize-zone", new Requests.ResizeZone(CommandLine.ZONE, bytes));
        } else {
            vm.api().change("vm.resize", new Requests.Resize(null, bytes));
        }
    }
}
