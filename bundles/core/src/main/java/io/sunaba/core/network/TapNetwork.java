package io.sunaba.core.network;

import static io.sunaba.core.network.HostTools.text;
import static java.util.Objects.requireNonNull;

import com.google.gson.JsonObject;
import io.sunaba.core.workflow.Action;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Interface;
import java.util.List;
import java.util.Optional;

/// Tap devices of the host, those that are there and those that are made, on a bridge or not.
final class TapNetwork {
    private static final int MTU = 1500;

    private final HostTools tools;

    TapNetwork(HostTools tools) {
        this.tools = requireNonNull(tools, "tools is null");
    }

    Link plan(Interface asked, Interface.Tap network, List<String> nameServers)
            throws InterruptedException {
        Integer mtu = asked.mtu();
        String macAddress = asked.macAddress();
        Optional<JsonObject> found = tools.find(null, network.name());
        int has = found.isEmpty() ? bridgeMtu(network) : found.get().get("mtu").getAsInt();
        if (found.isPresent() && mtu != null && mtu > has) {
            throw new RejectedException(
                    "MTU of interface %s is %d: it must be at most %d, that of %s"
                            .formatted(asked.name(), mtu, has, network.name()));
        }
        return new Link(
                macAddress == null ? MacAddress.random() : macAddress,
                mtu == null ? has : mtu,
                asked.addresses(),
                List.of(),
                nameServers,
                found.isEmpty() ? toMake(network) : existing(network, found.get()));
    }

    /// Returns what a new device on a bridge can pass on.
    private int bridgeMtu(Interface.Tap network) throws InterruptedException {
        String bridge = network.bridge();
        return bridge == null ? MTU : requireBridge(bridge).get("mtu").getAsInt();
    }

    private static HostSide.Tap toMake(Interface.Tap network) {
        return new HostSide.Tap(network.name(), network.bridge(), true, Marks.random());
    }

    private HostSide.Tap existing(Interface.Tap network, JsonObject device)
            throws InterruptedException {
        String name = network.name();
        JsonObject kind = device.getAsJsonObject("linkinfo");
        boolean tap =
                kind != null
                        && text(kind, "info_kind").equals("tun")
                        && text(kind.getAsJsonObject("info_data"), "type").equals("tap");
        if (!tap) {
            throw new RejectedException("device " + name + " of the host is no tap device");
        }
        if (Marks.isMark(text(device, "ifalias"))) {
            throw new ConflictException("tap device " + name + " belongs to another interface");
        }
        String bridge = network.bridge();
        String master = text(device, "master");
        if (bridge != null) {
            var _ = requireBridge(bridge);
            if (!master.isEmpty() && !master.equals(bridge)) {
                throw new ConflictException(
                        "tap device %s is on %s: it cannot be put on %s"
                                .formatted(name, master, bridge));
            }
        }
        boolean up =
                device.getAsJsonArray("flags").asList().stream()
                        .anyMatch(flag -> flag.getAsString().equals("UP"));
        return new HostSide.Tap(name, master.equals(bridge) ? null : bridge, !up, null);
    }

    private JsonObject requireBridge(String name) throws InterruptedException {
        JsonObject bridge =
                tools.find(null, name)
                        .orElseThrow(() ->
                                new RejectedException("bridge " + name + " is not on this host"));
        JsonObject kind = bridge.getAsJsonObject("linkinfo");
        if (kind == null || !text(kind, "info_kind").equals("bridge")) {
            throw new RejectedException("device " + name + " of the host is no bridge");
        }
        return bridge;
    }

    void make(HostSide.Tap tap, int mtu) throws InterruptedException {
        orRemove(
                tap,
                () -> {
                    String mark = tap.mark();
                    String bridge = tap.bridge();
                    if (mark != null) {
                        tools.run(null, "ip", "tuntap", "add", "dev", mark, "mode", "tap");
                        set(mark, "alias", mark);
                        set(mark, "mtu", Integer.toString(mtu));
                        set(mark, "name", tap.name());
                    }
                    if (bridge != null) {
                        set(tap.name(), "master", bridge);
                    }
                    if (tap.raise()) {
                        set(tap.name(), "up");
                    }
                });
    }

    private void set(String device, String... what) throws InterruptedException {
        String[] command = new String[what.length + 5];
        System.arraycopy(new String[] {"ip", "link", "set", "dev", device}, 0, command, 0, 5);
        System.arraycopy(what, 0, command, 5, what.length);
        tools.run(null, command);
    }

    private void orRemove(HostSide.Tap tap, Action action) throws InterruptedException {
        try {
            action.run();
        } catch (RuntimeException | InterruptedException failure) {
            try {
                Uninterrupted.run(() -> remove(tap));
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    void remove(HostSide.Tap tap) throws InterruptedException {
        String mark = tap.mark();
        if (mark != null) {
            if (tools.find(null, mark).isPresent()) {
                delete(mark);
            }
            Optional<JsonObject> named = tools.find(null, tap.name());
            if (named.isPresent() && text(named.get(), "ifalias").equals(mark)) {
                delete(tap.name());
            }
            return;
        }
        Optional<JsonObject> device = tools.find(null, tap.name());
        if (device.isEmpty()) {
            return;
        }
        if (tap.raise()) {
            set(tap.name(), "down");
        }
        if (tap.bridge() != null && text(device.get(), "master").equals(tap.bridge())) {
            set(tap.name(), "nomaster");
        }
    }

    private void delete(String device) throws InterruptedException {
        tools.run(null, "ip", "link", "delete", "dev", device);
    }
}
