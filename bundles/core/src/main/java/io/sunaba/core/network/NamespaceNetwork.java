package io.sunaba.core.network;

import static io.sunaba.core.network.HostTools.text;
import static java.util.Objects.requireNonNull;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Network namespaces as CNI leaves them. All packets that come in at a device there are sent to a
/// tap device, and back: the guest is in its place, with its addresses, while it keeps them.
final class NamespaceNetwork {
    private static final int GLOBAL = 0;
    private static final int LINK = 253;
    private static final int WHOLE_IPV4 = 32;
    private static final int WHOLE_IPV6 = 128;

    private final HostTools tools;

    NamespaceNetwork(HostTools tools) {
        this.tools = requireNonNull(tools, "tools is null");
    }

    Link plan(Interface asked, Interface.Namespace network, List<String> nameServers)
            throws InterruptedException {
        Path file = network.file();
        if (!tools.isNamespace(file)) {
            throw new RejectedException("there is no network namespace " + file);
        }
        JsonObject device =
                tools.find(file, network.device())
                        .orElseThrow(() ->
                                new RejectedException(
                                        "network namespace %s has no device %s"
                                                .formatted(file, network.device())));
        requireFit(network, device);
        String macAddress = text(device, "address");
        int mtu = device.get("mtu").getAsInt();
        Integer askedMtu = asked.mtu();
        if (asked.macAddress() != null && !asked.macAddress().equalsIgnoreCase(macAddress)) {
            throw new RejectedException(
                    "MAC address of interface %s is %s: it must be %s, that of %s in %s"
                            .formatted(
                                    asked.name(),
                                    asked.macAddress(),
                                    macAddress,
                                    network.device(),
                                    file));
        }
        if (askedMtu != null && askedMtu > mtu) {
            throw new RejectedException(
                    "MTU of interface %s is %d: it must be at most %d, that of %s in %s"
                            .formatted(asked.name(), askedMtu, mtu, network.device(), file));
        }
        return new Link(
                macAddress,
                askedMtu == null ? mtu : askedMtu,
                addresses(device),
                routes(network, asked.name()),
                nameServers,
                new HostSide.Namespace(file, network.device(), Marks.random()));
    }

    private void requireFit(Interface.Namespace network, JsonObject device)
            throws InterruptedException {
        String where = network.device() + " in " + network.file();
        if (!text(device, "link_type").equals("ether")) {
            throw new RejectedException("device " + where + " is no Ethernet device");
        }
        boolean up =
                device.getAsJsonArray("flags").asList().stream()
                        .anyMatch(flag -> flag.getAsString().equals("UP"));
        if (!up) {
            throw new RejectedException("device " + where + " is not up");
        }
        if (hasIngress(network.file(), network.device())) {
            throw new ConflictException(
                    "the packets of device " + where + " are taken already: it has a tc ingress");
        }
    }

    private boolean hasIngress(Path file, String device) throws InterruptedException {
        return tools.list(file, "tc", "-j", "qdisc", "show", "dev", device).stream()
                .map(each -> text(each, "kind"))
                .anyMatch(kind -> kind.equals("ingress") || kind.equals("clsact"));
    }

    private static List<String> addresses(JsonObject device) {
        return device.getAsJsonArray("addr_info").asList().stream()
                .map(JsonElement::getAsJsonObject)
                // The guest has one of its own.
                .filter(each -> !text(each, "scope").equals("link"))
                .map(each -> text(each, "local") + "/" + each.get("prefixlen").getAsInt())
                .toList();
    }

    /// Returns the routes of both families, those on the link first: others may need them.
    private List<Route> routes(Interface.Namespace network, String name)
            throws InterruptedException {
        List<Route> routes = new ArrayList<>();
        for (String family : List.of("-4", "-6")) {
            String[] command = {
                "ip", "-j", family, "route", "show", "table", "main", "dev", network.device()
            };
            List<JsonObject> shown =
                    tools.list(network.file(), command).stream()
                            // Those of connected networks come with the addresses.
                            .filter(each -> !text(each, "protocol").equals("kernel"))
                            .toList();
            Stream.of(false, true)
                    .flatMap(far -> shown.stream().filter(each -> each.has("gateway") == far))
                    .map(each -> route(each, name, family))
                    .forEach(routes::add);
        }
        return routes;
    }

    private static Route route(JsonObject shown, String name, String family) {
        String destination = text(shown, "dst");
        boolean whole = destination.equals("default") || destination.contains("/");
        int length = family.equals("-4") ? WHOLE_IPV4 : WHOLE_IPV6;
        String gateway = text(shown, "gateway");
        String source = text(shown, "prefsrc");
        return new Route(
                whole ? destination : destination + "/" + length,
                gateway.isEmpty() ? null : gateway,
                name,
                source.isEmpty() ? null : source,
                gateway.isEmpty() && family.equals("-4") ? LINK : GLOBAL);
    }

    void make(HostSide.Namespace side, int mtu) throws InterruptedException {
        Path file = side.file();
        boolean ours = false;
        try {
            tools.run(file, "ip", "tuntap", "add", "dev", side.tap(), "mode", "tap");
            tools.run(file, "ip", "link", "set", "dev", side.tap(), "mtu", Integer.toString(mtu));
            tools.run(file, "ip", "link", "set", "dev", side.tap(), "up");
            tools.run(file, "tc", "qdisc", "add", "dev", side.tap(), "ingress");
            redirect(file, side.tap(), side.device());
            tools.run(file, "tc", "qdisc", "add", "dev", side.device(), "ingress");
            ours = true;
            redirect(file, side.device(), side.tap());
        } catch (RuntimeException | InterruptedException failure) {
            boolean withIngress = ours;
            try {
                Uninterrupted.run(() -> undo(side, withIngress));
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private void redirect(Path file, String from, String to) throws InterruptedException {
        tools.run(
                file,
                "tc",
                "filter",
                "add",
                "dev",
                from,
                "parent",
                "ffff:",
                "protocol",
                "all",
                "u32",
                "match",
                "u32",
                "0",
                "0",
                "action",
                "mirred",
                "egress",
                "redirect",
                "dev",
                to);
    }

    private void undo(HostSide.Namespace side, boolean withIngress) throws InterruptedException {
        if (withIngress) {
            deleteIngress(side);
        }
        deleteTap(side);
    }

    private void deleteIngress(HostSide.Namespace side) throws InterruptedException {
        tools.run(side.file(), "tc", "qdisc", "delete", "dev", side.device(), "ingress");
    }

    private void deleteTap(HostSide.Namespace side) throws InterruptedException {
        if (tools.find(side.file(), side.tap()).isPresent()) {
            tools.run(side.file(), "ip", "link", "delete", "dev", side.tap());
        }
    }

    void remove(HostSide.Namespace side) throws InterruptedException {
        if (!tools.isNamespace(side.file())) {
            return; // All that was in it went with it.
        }
        if (tools.find(side.file(), side.device()).isPresent() && redirectsTo(side)) {
            deleteIngress(side);
        }
        deleteTap(side);
    }

    /// Tells whether what comes in goes nowhere but to our device. A platform that was killed may
    /// have left an ingress without a filter.
    private boolean redirectsTo(HostSide.Namespace side) throws InterruptedException {
        if (!hasIngress(side.file(), side.device())) {
            return false;
        }
        List<String> targets =
                tools
                        .list(
                                side.file(),
                                "tc",
                                "-j",
                                "filter",
                                "show",
                                "dev",
                                side.device(),
                                "ingress")
                        .stream()
                        .map(each -> each.getAsJsonObject("options"))
                        .filter(options -> options != null && options.has("actions"))
                        .flatMap(options -> options.getAsJsonArray("actions").asList().stream())
                        .map(action -> text(action.getAsJsonObject(), "to_dev"))
                        .toList();
        return targets.stream().allMatch(side.tap()::equals);
    }
}
