package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The addresses of network devices.
final class Addresses {
    private static final int NEW_ADDRESS = 20;
    private static final int DELETE_ADDRESS = 21;
    private static final int GET_ADDRESS = 22;
    private static final int HEADER = 8;
    private static final int ADDRESS = 1;
    private static final int LOCAL = 2;
    private static final int BROADCAST = 4;
    private static final int SCOPE_GLOBAL = 0;
    private static final int SCOPE_HOST = 254;

    /// In networks that are smaller there is none.
    private static final int LONGEST_WITH_BROADCAST = 30;

    /// Nobody else has the address, so there is no use in asking around for a second.
    private static final int NO_DUPLICATE_DETECTION = 2;

    /// @param index of the device
    record Assigned(int index, IpPrefix prefix) {}

    /// The kernel makes one such for each device by itself.
    static boolean isKernels(IpPrefix prefix) {
        return prefix.address().isV6() && prefix.address().isLinkLocal();
    }

    private final Netlink netlink;

    Addresses(Netlink netlink) {
        this.netlink = netlink;
    }

    List<Assigned> list() throws IOException {
        List<Assigned> addresses = new ArrayList<>();
        NetlinkRequest all = header(0, 0, 0, 0, 0);
        for (Netlink.Message message : netlink.dump("list addresses", GET_ADDRESS, all)) {
            if (message.type() == NEW_ADDRESS) {
                addresses.add(assigned(message.content()));
            }
        }
        return addresses;
    }

    static Assigned assigned(byte[] message) throws IOException {
        if (message.length < HEADER) {
            throw new IOException("netlink: an address in " + message.length + " bytes");
        }
        Attributes attributes = Attributes.parse(message, HEADER);
        IpAddress local = attributes.address(LOCAL);
        IpAddress address = local == null ? attributes.address(ADDRESS) : local;
        int length = Byte.toUnsignedInt(message[1]);
        if (address == null || length > address.length()) {
            throw new IOException("netlink: an address that is none");
        }
        int index = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getInt(4);
        return new Assigned(index, new IpPrefix(address, length));
    }

    private static NetlinkRequest header(int family, int length, int flags, int scope, int index) {
        // struct ifaddrmsg
        return new NetlinkRequest().u8(family, length, flags, scope).u32(index);
    }

    private static NetlinkRequest request(Links.Link link, IpPrefix prefix) {
        IpAddress address = prefix.address();
        return header(
                        Netlink.family(address.isV6()),
                        prefix.length(),
                        address.isV6() ? NO_DUPLICATE_DETECTION : 0,
                        address.isLoopback() ? SCOPE_HOST : SCOPE_GLOBAL,
                        link.index())
                .attribute(LOCAL, address)
                .attribute(ADDRESS, address);
    }

    void add(Links.Link link, IpPrefix prefix) throws IOException {
        NetlinkRequest request = request(link, prefix);
        if (!prefix.address().isV6() && prefix.length() <= LONGEST_WITH_BROADCAST) {
            byte[] broadcast = prefix.address().bytes();
            for (int bit = prefix.length(); bit < prefix.address().length(); bit++) {
                broadcast[bit / Byte.SIZE] |= (byte) (0x80 >> bit % Byte.SIZE);
            }
            request.attribute(BROADCAST, broadcast);
        }
        netlink.perform(
                "add address " + prefix + " to interface " + link.name(),
                NEW_ADDRESS,
                Netlink.CREATE | Netlink.EXCLUSIVE,
                request);
    }

    /// An address that is gone already is no error: the kernel takes some together with others.
    void remove(Links.Link link, IpPrefix prefix) throws IOException {
        try {
            netlink.perform(
                    "remove address " + prefix + " from interface " + link.name(),
                    DELETE_ADDRESS,
                    0,
                    request(link, prefix));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EADDRNOTAVAIL) {
                throw e;
            }
        }
    }
}
