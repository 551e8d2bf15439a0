package io.sunaba.vmm.device;

import io.sunaba.error.ConflictException;
import io.sunaba.error.TimedOutException;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.machine.Vm;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What is plugged into a machine: one space of ids and of slots for devices of every kind. What a
/// device stands on, such as a file or a network, is a matter of its kind.
///
/// Whoever changes anything holds the lock of the machine's changes.
///
/// @param <E> how the VMM says no
public abstract class Devices<E extends Exception> {
    private final Vm vm;
    private final Duration unplugTimeout;
    private final int firstSlot;
    private final int lastSlot;

    /// By their ids.
    private final Map<String, Device> devices = new ConcurrentHashMap<>();

    /// @param firstSlot the first slot for devices
    /// @param lastSlot the last one
    protected Devices(Vm vm, Duration unplugTimeout, int firstSlot, int lastSlot) {
        this.vm = vm;
        this.unplugTimeout = unplugTimeout;
        this.firstSlot = firstSlot;
        this.lastSlot = lastSlot;
    }

    /// Tells where a guest finds a slot.
    protected abstract PciPath path(int slot);

    /// Asks the guest, through the VMM, to let go of a device.
    protected abstract void requestRelease(Device device) throws E, InterruptedException;

    /// Notes a device that is found to be plugged.
    protected void found(DeviceKind kind, String id, int slot) {
        devices.put(id, device(kind, id, slot));
    }

    private Device device(DeviceKind kind, String id, int slot) {
        return new Device(kind, id, slot, path(slot), new CompletableFuture<>());
    }

    /// Notes that a device is gone. Called for every device, by the thread that reads events.
    public void deleted(String name) {
        for (Device device : devices.values()) {
            if (device.name().equals(name)) {
                device.released().complete(null);
            }
        }
    }

    /// Returns the devices of a kind.
    public List<Device> all(DeviceKind kind) {
        return devices.values().stream().filter(device -> device.kind() == kind).toList();
    }

    /// Lists what the VMM calls the devices.
    public List<String> names() {
        return devices.values().stream().map(Device::name).sorted().toList();
    }

    /// Finds a device; null if there is none of that kind.
    public @Nullable Device find(DeviceKind kind, String id) {
        Device device = devices.get(id);
        return device != null && device.kind() == kind ? device : null;
    }

    /// Takes an id and a slot for a device that is about to be plugged.
    ///
    /// @throws ConflictException if the id is taken, or all slots are
    public Device claim(DeviceKind kind, String id) {
        Device other = devices.get(id);
        if (other != null) {
            throw new ConflictException("machine %s has a %s".formatted(vm.id(), other));
        }
        Set<Integer> taken = new HashSet<>();
        devices.values().forEach(device -> taken.add(device.slot()));
        for (int slot = firstSlot; slot <= lastSlot; slot++) {
            if (!taken.contains(slot)) {
                Device device = device(kind, id, slot);
                devices.put(id, device);
                return device;
            }
        }
        throw new ConflictException(
                "no slot of machine %s is free for %s %s: all %d are taken"
                        .formatted(vm.id(), kind.words(), id, lastSlot - firstSlot + 1));
    }

    /// Gives a device's id and slot back.
    public void forget(Device device) {
        devices.remove(device.id(), device);
    }

    /// Takes a device out of its slot, and returns when the guest has let go of it.
    ///
    /// @throws ConflictException if the guest is not running
    /// @throws TimedOutException if the guest does not let go
    public void remove(Device device) throws E, InterruptedException {
        if (!device.released().isDone()) {
            if (vm.state() != MachineState.RUNNING) {
                throw new ConflictException(
                        "cannot unplug %s from machine %s: it is %s, and only a running guest can let go of it"
                                .formatted(device, vm.id(), vm.state()));
            }
            requestRelease(device);
            awaitRelease(device);
        }
    }

    private void awaitRelease(Device device) throws InterruptedException {
        try {
            CompletableFuture.anyOf(device.released(), vm.exit())
                    .get(unplugTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    "the guest of machine %s did not let go of %s within %d ms"
                            .formatted(vm.id(), device, unplugTimeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        vm.requireAlive("unplug %s from".formatted(device));
    }
}
