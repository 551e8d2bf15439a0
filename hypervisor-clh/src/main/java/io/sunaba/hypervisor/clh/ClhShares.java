package io.sunaba.hypervisor.clh;

import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.ShareDaemon;
import io.sunaba.vmm.device.Shares;

/// The directories that are shared with a machine of Cloud Hypervisor.
final class ClhShares extends Shares {
    private static final int QUEUES = 1;
    private static final int QUEUE_SIZE = 1024;

    private final ClhVm vm;
    private final ClhDevices devices;

    ClhShares(ClhVm vm, ClhDevices devices, String virtiofsd) {
        super(vm, devices, virtiofsd);
        this.vm = vm;
        this.devices = devices;
    }

    @Override
    protected boolean hasSharedMemory() throws InterruptedException {
        try {
            return vm.api().info().config().memory().zones() == null;
        } catch (ApiException e) {
            throw vm.failure("machine %s does not tell of its memory".formatted(vm.id()), e);
        }
    }

    @Override
    protected void plug(ShareSpec spec, Device device, ShareDaemon daemon) {
        VmConfig.Fs fs =
                new VmConfig.Fs(
                        device.name(),
                        spec.id(),
                        daemon.socket().toString(),
                        QUEUES,
                        QUEUE_SIZE,
                        device.slot());
        try {
            vm.api().change("vm.add-fs", fs);
        } catch (ApiException e) {
            devices.withdraw(device, e);
            throw vm.failure(
                    "cannot plug shared directory %s into machine %s".formatted(spec.id(), vm.id()),
                    e);
        }
    }

    @Override
    protected void unplug(Device device) throws InterruptedException {
        try {
            devices.remove(device);
        } catch (ApiException e) {
            throw vm.failure(
                    "cannot unplug shared directory %s from machine %s"
                            .formatted(device.id(), vm.id()),
                    e);
        }
    }

    /// Its end of the connection went with the device.
    @Override
    protected void disconnect(ShareDaemon daemon) {}
}
