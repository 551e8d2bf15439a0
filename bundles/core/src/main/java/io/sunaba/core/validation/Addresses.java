package io.sunaba.core.validation;

import static io.sunaba.core.validation.Rules.quoted;
import static io.sunaba.core.validation.Rules.require;
import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Rules for IP addresses and networks.
final class Addresses {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,3}");

    /// @param length of the prefix
    private record Network(InetAddress address, int length) {
        int bits() {
            return address.getAddress().length * Byte.SIZE;
        }

        boolean hasHost() {
            return new BigInteger(1, address.getAddress()).getLowestSetBit() < bits() - length
                    && !new BigInteger(1, address.getAddress()).equals(BigInteger.ZERO);
        }
    }

    private Addresses() {}

    static boolean isIpv4(String text) {
        return parse(text) instanceof Inet4Address;
    }

    /// Returns an address, or null if it is none.
    static @Nullable InetAddress parse(String text) {
        try {
            if (IPV4.matcher(text).matches()) {
                return Inet4Address.ofLiteral(text);
            }
            // What stands for an IPv4 address is none of IPv6.
            return IPV6.matcher(text).matches()
                            && InetAddress.ofLiteral(text) instanceof Inet6Address address
                    ? address
                    : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static @Nullable Network network(String text, int shortest) {
        int slash = text.indexOf('/');
        if (slash < 0 || !LENGTH.matcher(text.substring(slash + 1)).matches()) {
            return null;
        }
        InetAddress address = parse(text.substring(0, slash));
        if (address == null) {
            return null;
        }
        Network network = new Network(address, Integer.parseInt(text.substring(slash + 1)));
        return network.length() >= shortest && network.length() <= network.bits() ? network : null;
    }

    /// An interface's address and the network it is in.
    static void requireInterface(String name, String text) {
        Network network = network(text, 1);
        require(
                network != null
                        && !network.address().isAnyLocalAddress()
                        && !network.address().isMulticastAddress()
                        && !network.address().isLoopbackAddress(),
                "address of interface " + name,
                quoted(text),
                "a unicast address in CIDR notation, such as 192.0.2.5/24");
    }

    /// A network that a route leads to. Returns one of its addresses.
    static InetAddress requireDestination(String text) {
        Network network = network(text, 0);
        require(
                network != null && !network.hasHost(),
                "destination",
                quoted(text),
                "'default' or a network in CIDR notation, such as 192.0.2.0/24");
        return requireNonNull(network).address();
    }
}
