package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import io.sunaba.vmm.device.DeviceKind;

/// The arguments of the QMP commands that deal with network interfaces.
final class InterfaceCommands {
    static final String DRIVER = "virtio-net-pci";

    private InterfaceCommands() {}

    /// Returns the arguments that make a network in QEMU's own process.
    static JsonObject netdevAdd(String name, UserMode network) {
        JsonObject netdev = new JsonObject();
        netdev.addProperty("type", "user");
        netdev.addProperty("id", name);
        netdev.addProperty("net", network.subnet());
        netdev.addProperty("ipv4", true);
        netdev.addProperty("ipv6", true);
        JsonArray forwards = new JsonArray();
        network.forwards().forEach(forward -> forwards.add(QmpArguments.of("str", rule(forward))));
        netdev.add("hostfwd", forwards);
        return netdev;
    }

    /// Returns the arguments that make a network of a tap device.
    ///
    /// @param vhost whether the kernel moves its packets
    static JsonObject netdevAdd(String name, boolean vhost) {
        JsonObject netdev = new JsonObject();
        netdev.addProperty("type", "tap");
        netdev.addProperty("id", name);
        // What the device's descriptor was named.
        netdev.addProperty("fd", name);
        netdev.addProperty("vhost", vhost);
        return netdev;
    }

    /// Returns a forwarded port as QEMU writes it, in its commands and its errors.
    static String rule(PortForward forward) {
        return "%s:%s:%d-:%d"
                .formatted(
                        forward.protocol(),
                        forward.hostAddress(),
                        forward.hostPort(),
                        forward.guestPort());
    }

    /// Returns what an interface's device is to know.
    static JsonObject properties(InterfaceSpec spec) {
        JsonObject device = new JsonObject();
        device.addProperty("netdev", DeviceKind.INTERFACE.name(spec.id()));
        device.addProperty("mac", spec.macAddress());
        device.addProperty("host_mtu", spec.mtu());
        // No guest boots from it.
        device.addProperty("romfile", "");
        device.addProperty("disable-legacy", "on");
        return device;
    }
}
