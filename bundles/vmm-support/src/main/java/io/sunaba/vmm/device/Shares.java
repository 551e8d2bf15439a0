package io.sunaba.vmm.device;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.machine.Vm;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directories that are shared with a machine.
///
/// Each has a daemon, which the VMM talks to over a connection and which maps the guest's memory. A
/// daemon that dies takes neither with it: the guest's calls then hang until it is unplugged.
public abstract class Shares implements ShareHotplug {
    private static final Logger LOG = LoggerFactory.getLogger(Shares.class);

    private final Vm vm;
    private final Devices<?> devices;
    private final String virtiofsd;

    /// By the names of their devices.
    private final Map<String, ShareDaemon> daemons = new ConcurrentHashMap<>();

    /// @param virtiofsd the program, as configured
    protected Shares(Vm vm, Devices<?> devices, String virtiofsd) {
        this.vm = vm;
        this.devices = devices;
        this.virtiofsd = virtiofsd;
    }

    /// Tells whether other processes can map the machine's memory.
    protected abstract boolean hasSharedMemory() throws InterruptedException;

    /// Plugs a device that is served by a daemon. An interrupt does not disturb it.
    protected abstract void plug(ShareSpec spec, Device device, ShareDaemon daemon);

    /// Takes a device out of its slot, and returns when the guest has let go of it.
    protected abstract void unplug(Device device) throws InterruptedException;

    /// Drops what the VMM may still have of a daemon.
    protected abstract void disconnect(ShareDaemon daemon);

    /// Takes up the daemons that have a device, and ends those that have none.
    public void takeUp() {
        for (String name : vm.files().noted()) {
            if (DeviceKind.SHARE.names(name)) {
                ShareDaemon daemon = ShareDaemon.of(vm.files(), name);
                if (devices.find(DeviceKind.SHARE, DeviceKind.SHARE.id(name)) == null) {
                    drop(daemon);
                } else {
                    daemons.put(name, daemon);
                }
            }
        }
    }

    /// Says why no directory can be shared with the machine; empty if one can, or one is.
    public Optional<String> obstacle() {
        return daemons.isEmpty() ? Virtiofsd.obstacle(virtiofsd) : Optional.empty();
    }

    /// Returns the processes of the daemons.
    public List<HostProcess> processes() {
        return daemons.values().stream()
                .map(ShareDaemon::living)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void plugShare(ShareSpec spec) throws InterruptedException {
        ShareRules.check(spec);
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("plug shared directory " + spec.id() + " into");
            // A VMM may take the device without, and the guest's mount then hangs.
            if (!hasSharedMemory()) {
                throw new RejectedException(
                        "directory %s cannot be shared with machine %s: it was restored, so its memory is its own; it takes a machine that was made with shared memory"
                                .formatted(spec.directory(), vm.id()));
            }
            Virtiofsd program = Virtiofsd.require(virtiofsd);
            Device device = devices.claim(DeviceKind.SHARE, spec.id());
            boolean plugged = false;
            try {
                plug(spec, device, program);
                plugged = true;
            } finally {
                if (!plugged) {
                    devices.forget(device);
                }
            }
        } finally {
            vm.changes().unlock();
        }
    }

    private void plug(ShareSpec spec, Device device, Virtiofsd program)
            throws InterruptedException {
        ShareDaemon daemon =
                ShareDaemon.start(vm.files(), device, program, spec.directory(), spec.readOnly());
        boolean plugged = false;
        try {
            plug(spec, device, daemon);
            daemons.put(device.name(), daemon);
            plugged = true;
        } finally {
            if (!plugged) {
                drop(daemon);
            }
        }
    }

    @Override
    public void unplugShare(String shareId) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("unplug shared directory " + shareId + " from");
            Device device = devices.find(DeviceKind.SHARE, shareId);
            if (device != null) {
                unplug(device);
                remove(ShareDaemon.of(vm.files(), device.name()));
                daemons.remove(device.name());
                devices.forget(device);
            }
        } finally {
            vm.changes().unlock();
        }
    }

    /// Removes what the device stood on.
    private void remove(ShareDaemon daemon) {
        disconnect(daemon);
        daemon.end();
    }

    /// Removes it after a failure, which is the one to report. What cannot be removed now is so
    /// when the machine is taken up the next time, or ends.
    private void drop(ShareDaemon daemon) {
        try {
            remove(daemon);
        } catch (RuntimeException e) {
            LOG.warn("machine {}: the daemon of {} may be left", vm.id(), daemon.device(), e);
        }
    }
}
