package io.sunaba.core.validation;

import static io.sunaba.core.validation.Rules.quoted;
import static io.sunaba.core.validation.Rules.require;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.sandbox.Interface;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Rules for network interfaces.
public final class NetworkRules {
    /// As Linux has it: no slash, colon or white space; `%` would be a template.
    private static final Pattern NAME = Pattern.compile("[!-~&&[^/:%]]{1,15}");

    private static final Pattern MAC_ADDRESS =
            Pattern.compile("[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}");
    private static final String NO_ADDRESS = "00:00:00:00:00:00";
    private static final int MINIMUM_MTU = 68;
    private static final int MINIMUM_MTU_IPV6 = 1280;
    private static final int MAXIMUM_MTU = 65535;
    private static final int USER_MODE_MTU = 1500;
    private static final int MAXIMUM_PORT = 65535;

    private NetworkRules() {}

    /// Checks the interfaces that a sandbox is to have at first.
    public static void check(List<Interface> interfaces) {
        Set<String> names = new HashSet<>();
        Set<String> macAddresses = new HashSet<>();
        for (Interface each : interfaces) {
            check(each);
            requireOnce(names.add(each.name()), "interface name", each.name());
            String macAddress = each.macAddress();
            requireOnce(
                    macAddress == null || macAddresses.add(macAddress.toLowerCase(Locale.ROOT)),
                    "MAC address",
                    String.valueOf(macAddress));
        }
        requireDistinct(interfaces);
    }

    /// Checks that no two interfaces need the same thing of the host.
    public static void requireDistinct(List<Interface> interfaces) {
        Set<Object> ends = new HashSet<>();
        for (Interface each : interfaces) {
            switch (each.network()) {
                case Interface.UserMode network ->
                        network.forwards()
                                .forEach(forward ->
                                        requireOnce(
                                                ends.add(
                                                        forward.protocol()
                                                                + forward.hostAddress()
                                                                + " "
                                                                + forward.hostPort()),
                                                "host port",
                                                forward.hostPort() + "/" + forward.protocol()));
                case Interface.Tap network ->
                        requireOnce(ends.add(network.name()), "tap device", network.name());
                case Interface.Namespace network ->
                        requireOnce(
                                ends.add(network),
                                "device",
                                network.device() + "' in '" + network.file());
                case null -> {
                    // Told elsewhere.
                }
            }
        }
    }

    private static void requireOnce(boolean first, String what, String value) {
        if (!first) {
            throw new RejectedException(
                    "%s '%s' is there twice: it must be unique in the sandbox"
                            .formatted(what, value));
        }
    }

    /// Checks one interface by itself.
    public static void check(Interface asked) {
        requireName("interface name", asked.name());
        require(
                !asked.name().equals("lo"),
                "interface name",
                quoted(asked.name()),
                "another one: that is the loopback interface");
        requireMacAddress(asked.macAddress());
        asked.addresses().forEach(address -> Addresses.requireInterface(asked.name(), address));
        requireMtu(asked);
        switch (asked.network()) {
            case Interface.UserMode network -> checkUserMode(asked, network);
            case Interface.Tap network -> {
                requireName("tap device", network.name());
                if (network.bridge() != null) {
                    requireName("bridge", network.bridge());
                }
            }
            case Interface.Namespace network -> {
                requireName("device", network.device());
                require(
                        network.file().isAbsolute(),
                        "network namespace",
                        quoted(network.file().toString()),
                        "an absolute path");
                requireChosen(asked, "those of " + network.device());
            }
            case null ->
                    throw new RejectedException(
                            "interface %s is connected to nothing: it must have a network"
                                    .formatted(asked.name()));
        }
    }

    private static void requireName(String what, String name) {
        require(
                NAME.matcher(name).matches() && !name.equals(".") && !name.equals(".."),
                what,
                quoted(name),
                "1 to 15 characters of ASCII, without / : % and white space");
    }

    private static void requireMacAddress(@Nullable String address) {
        require(
                address == null
                        || (MAC_ADDRESS.matcher(address).matches() && !address.equals(NO_ADDRESS)),
                "MAC address",
                address == null ? "null" : quoted(address),
                "six pairs of hexadecimal digits with colons, and not of a group");
    }

    private static void requireMtu(Interface asked) {
        Integer mtu = asked.mtu();
        if (mtu == null) {
            return;
        }
        require(mtu >= MINIMUM_MTU && mtu <= MAXIMUM_MTU, "MTU", mtu, "68 to 65535");
        require(
                mtu >= MINIMUM_MTU_IPV6
                        || asked.addresses().stream().noneMatch(each -> each.contains(":")),
                "MTU",
                mtu,
                "at least 1280 with an IPv6 address");
    }

    private static void checkUserMode(Interface asked, Interface.UserMode network) {
        requireChosen(asked, "chosen in user mode");
        Integer mtu = asked.mtu();
        require(
                mtu == null || mtu <= USER_MODE_MTU,
                "MTU",
                String.valueOf(mtu),
                "at most 1500 in user mode");
        for (PortForward forward : network.forwards()) {
            require(
                    forward.protocol().equals("tcp") || forward.protocol().equals("udp"),
                    "protocol",
                    quoted(forward.protocol()),
                    "tcp or udp");
            requirePort("host port", forward.hostPort());
            requirePort("guest port", forward.guestPort());
            require(
                    Addresses.isIpv4(forward.hostAddress()),
                    "host address",
                    quoted(forward.hostAddress()),
                    "an IPv4 address");
        }
    }

    private static void requirePort(String what, int port) {
        require(port >= 1 && port <= MAXIMUM_PORT, what, port, "1 to 65535");
    }

    private static void requireChosen(Interface asked, String which) {
        if (!asked.addresses().isEmpty()) {
            throw new RejectedException(
                    "interface %s has the address %s: its addresses are %s"
                            .formatted(asked.name(), asked.addresses().getFirst(), which));
        }
    }
}
