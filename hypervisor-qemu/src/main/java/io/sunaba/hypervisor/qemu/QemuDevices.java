package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.device.Device;
import io.sunaba.vmm.device.DeviceKind;
import io.sunaba.vmm.device.Devices;
import java.time.Duration;

/// What is plugged into a machine, behind its bridge.
final class QemuDevices extends Devices<QmpException> {
    private static final String PERIPHERAL = "/machine/peripheral";

    private final QemuVm vm;

    QemuDevices(QemuVm vm, Duration unplugTimeout) {
        super(vm, unplugTimeout, CommandLine.FIRST_SLOT, CommandLine.LAST_SLOT);
        this.vm = vm;
    }

    @Override
    protected PciPath path(int slot) {
        return CommandLine.path(slot);
    }

    /// Asks QEMU what is plugged.
    void takeUp() throws QmpException, InterruptedException {
        Qmp qmp = vm.qmp();
        for (JsonElement child :
                qmp.execute("qom-list", QmpArguments.of("path", PERIPHERAL)).getAsJsonArray()) {
            String name = child.getAsJsonObject().get("name").getAsString();
            for (DeviceKind kind : DeviceKind.values()) {
                if (kind.names(name)) {
                    // The slot and, in the last three bits, the function.
                    found(kind, kind.id(name), property(name, "addr").getAsInt() >> 3);
                }
            }
        }
    }

    /// Asks QEMU for a property of a device.
    JsonElement property(String name, String property) throws QmpException, InterruptedException {
        return vm.qmp()
                .execute("qom-get", QmpArguments.property(PERIPHERAL + "/" + name, property));
    }

    /// Puts a device that was claimed into its slot. An interrupt does not disturb it.
    ///
    /// @param properties what its driver is to know
    void add(Device device, String driver, JsonObject properties) throws QmpException {
        JsonObject arguments = properties.deepCopy();
        arguments.addProperty("driver", driver);
        arguments.addProperty("id", device.name());
        arguments.addProperty("bus", CommandLine.BRIDGE);
        arguments.addProperty("addr", Integer.toHexString(device.slot()));
        vm.qmp().executeToTheEnd("device_add", arguments);
    }

    @Override
    protected void requestRelease(Device device) throws QmpException, InterruptedException {
        try {
            vm.qmp().execute("device_del", QmpArguments.of("id", device.name()));
        } catch (QmpException e) {
            // A former request, which timed out here, still stands in the guest.
            if (!e.description().contains("in the process of unplug")) {
                throw e;
            }
        }
    }
}
