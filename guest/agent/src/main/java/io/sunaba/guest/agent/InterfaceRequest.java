package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Interface;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// What a host wants of an interface, checked.
///
/// @param macAddress in lower case, what the interface is found by
/// @param name empty = as it is
/// @param mtu 0 = as it is
/// @param up whether it is to be up: it is not if the host names flags and this is none of them
record InterfaceRequest(
        String macAddress, String name, long mtu, boolean up, Set<IpPrefix> addresses) {
    private static final int MAX_ADDRESSES = 64;
    private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");

    /// What the kernel takes, and what cannot be taken for a pattern or a directory.
    private static final Pattern NAME = Pattern.compile("[!-~&&[^/:%]]{1,15}");

    private static final Set<String> RESERVED = Set.of(".", "..", "all", "default");

    static InterfaceRequest of(Interface message) {
        String mac = message.getHwAddr();
        if (!MAC.matcher(mac).matches()) {
            throw Failures.invalid(
                    "the MAC address '"
                            + Failures.quotable(mac)
                            + "' is not six pairs of hexadecimal digits separated by colons");
        }
        String name = message.getName();
        if (!name.isEmpty() && (!NAME.matcher(name).matches() || RESERVED.contains(name))) {
            throw Failures.invalid(
                    "'"
                            + Failures.quotable(name)
                            + "' is no name for an interface: 1 to 15 printable characters other"
                            + " than / : %");
        }
        if (message.getMtu() < 0 || message.getMtu() > Integer.MAX_VALUE) {
            throw Failures.invalid("MTU " + Long.toUnsignedString(message.getMtu()) + " is none");
        }
        if (message.getIPAddressesCount() > MAX_ADDRESSES) {
            throw Failures.invalid(
                    message.getIPAddressesCount() + " addresses are more than " + MAX_ADDRESSES);
        }
        Set<IpPrefix> addresses = new LinkedHashSet<>();
        for (IPAddress address : message.getIPAddressesList()) {
            IpPrefix prefix = prefix(address);
            if (!addresses.add(prefix)) {
                throw Failures.invalid("address " + prefix + " is given twice");
            }
        }
        int flags = message.getRawFlags();
        return new InterfaceRequest(
                mac.toLowerCase(Locale.ROOT),
                name,
                message.getMtu(),
                flags == 0 || (flags & Links.UP) != 0,
                addresses);
    }

    private static IpPrefix prefix(IPAddress message) {
        IpAddress address = address(message);
        if (address.isUnspecified() || address.isMulticast()) {
            throw Failures.invalid("address " + address + " cannot be an interface's");
        }
        return IpPrefix.of(address, message.getMask(), "address " + address);
    }

    /// An address that is what its family says.
    static IpAddress address(IPAddress message) {
        return address(message.getAddress(), message.getFamily());
    }

    static IpAddress address(String text, IPFamily family) {
        IpAddress address = IpAddress.parse(text);
        if (address == null || address.isV6() != (family == IPFamily.v6)) {
            throw Failures.invalid(
                    "'"
                            + Failures.quotable(text)
                            + "' is no IP"
                            + (family == IPFamily.v6 ? "v6" : "v4")
                            + " address");
        }
        return address;
    }
}
