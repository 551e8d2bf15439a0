package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.ShareDaemon;
import io.sunaba.vmm.device.Shares;

/// The directories that are shared with a machine of QEMU. There, each is two things of one name:
/// the connection to its daemon, and a device in a slot.
final class QemuShares extends Shares {
    private static final String MEMORY = "/objects/memory";
    private static final int QUEUE_SIZE = 1024;

    private final QemuVm vm;
    private final QemuDevices devices;

    QemuShares(QemuVm vm, QemuDevices devices, String virtiofsd) {
        super(vm, devices, virtiofsd);
        this.vm = vm;
        this.devices = devices;
    }

    @Override
    protected boolean hasSharedMemory() throws InterruptedException {
        try {
            return vm.qmp()
                    .execute("qom-get", QmpArguments.property(MEMORY, "share"))
                    .getAsBoolean();
        } catch (QmpException e) {
            throw new UnavailableException(
                    "machine %s does not tell of its memory".formatted(vm.id()), e);
        }
    }

    @Override
    protected void plug(ShareSpec spec, Device device, ShareDaemon daemon) {
        try {
            vm.qmp().executeToTheEnd("chardev-add", connection(daemon));
            devices.add(device, "vhost-user-fs-pci", properties(spec, device));
        } catch (QmpException e) {
            throw new UnavailableException(
                    "cannot plug shared directory %s into machine %s".formatted(spec.id(), vm.id()),
                    e);
        }
    }

    private static JsonObject connection(ShareDaemon daemon) {
        JsonObject address = QmpArguments.of("type", "unix");
        address.add("data", QmpArguments.of("path", daemon.socket().toString()));
        JsonObject data = new JsonObject();
        data.add("addr", address);
        data.addProperty("server", false);
        JsonObject backend = QmpArguments.of("type", "socket");
        backend.add("data", data);
        JsonObject arguments = QmpArguments.of("id", daemon.device());
        arguments.add("backend", backend);
        return arguments;
    }

    private static JsonObject properties(ShareSpec spec, Device device) {
        JsonObject properties = new JsonObject();
        properties.addProperty("chardev", device.name());
        properties.addProperty("tag", spec.id());
        properties.addProperty("queue-size", QUEUE_SIZE);
        return properties;
    }

    @Override
    protected void unplug(Device device) throws InterruptedException {
        try {
            devices.remove(device);
        } catch (QmpException e) {
            throw refused(device.id(), e);
        }
    }

    @Override
    protected void disconnect(ShareDaemon daemon) {
        try {
            vm.qmp().executeToTheEnd("chardev-remove", QmpArguments.of("id", daemon.device()));
        } catch (QmpException e) {
            if (!e.description().contains("not found")) {
                throw refused(daemon.device(), e);
            }
        }
    }

    private UnavailableException refused(String what, QmpException e) {
        return new UnavailableException(
                "cannot unplug shared directory %s from machine %s".formatted(what, vm.id()), e);
    }
}
