package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The network devices as such.
final class Links {
    static final int UP = 1;
    static final int LOOPBACK = 8;

    private static final int NEW_LINK = 16;
    private static final int GET_LINK = 18;
    private static final int HEADER = 16;
    private static final int ADDRESS = 1;
    private static final int NAME = 3;
    private static final int MTU = 4;
    private static final int LINK_INFO = 18;
    private static final int LINK_INFO_KIND = 1;
    private static final int MIN_MTU = 50;
    private static final int MAX_MTU = 51;
    private static final int PERMANENT_ADDRESS = 54;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    /// @param macAddress in lower case; empty if it has none
    /// @param permanentAddress the one that the hardware has; empty if it tells none
    /// @param minMtu 0 = not told
    /// @param maxMtu 0 = no limit
    /// @param flags of netdevice(7)
    /// @param kind what makes the device; empty if it is hardware
    record Link(
            int index,
            String name,
            String macAddress,
            String permanentAddress,
            long mtu,
            long minMtu,
            long maxMtu,
            int flags,
            String kind) {
        boolean isUp() {
            return (flags & UP) != 0;
        }

        boolean has(String mac) {
            return mac.equals(macAddress) || mac.equals(permanentAddress);
        }
    }

    private final Netlink netlink;

    Links(Netlink netlink) {
        this.netlink = netlink;
    }

    List<Link> list() throws IOException {
        List<Link> links = new ArrayList<>();
        NetlinkRequest all = header(0, 0, 0);
        for (Netlink.Message message : netlink.dump("list network devices", GET_LINK, all)) {
            if (message.type() == NEW_LINK) {
                links.add(link(message.content()));
            }
        }
        return links;
    }

    static Link link(byte[] message) throws IOException {
        if (message.length < HEADER) {
            throw new IOException("netlink: a link of " + message.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        Attributes attributes = Attributes.parse(message, HEADER);
        return new Link(
                header.getInt(4),
                attributes.text(NAME),
                mac(attributes.bytes(ADDRESS)),
                mac(attributes.bytes(PERMANENT_ADDRESS)),
                attributes.number(MTU, 0),
                attributes.number(MIN_MTU, 0),
                attributes.number(MAX_MTU, 0),
                header.getInt(8),
                attributes.nested(LINK_INFO).text(LINK_INFO_KIND));
    }

    private static String mac(byte @Nullable [] address) {
        return address == null ? "" : COLONS.formatHex(address);
    }

    private static NetlinkRequest header(int index, int flags, int change) {
        // struct ifinfomsg: family, padding, type, index, flags, which of them to change.
        return new NetlinkRequest().u8(0, 0).u16(0).u32(index).u32(flags).u32(change);
    }

    /// Kernels before 6.2 refuse that while the device is up.
    void rename(Link link, String name) throws IOException {
        netlink.perform(
                "rename interface " + link.name() + " to " + name,
                NEW_LINK,
                0,
                header(link.index(), 0, 0).attribute(NAME, name));
    }

    void setMtu(Link link, long mtu) throws IOException {
        netlink.perform(
                "set the MTU of interface " + link.name() + " to " + mtu,
                NEW_LINK,
                0,
                header(link.index(), 0, 0).attribute(MTU, (int) mtu));
    }

    void setUp(Link link, boolean up) throws IOException {
        netlink.perform(
                "bring interface " + link.name() + (up ? " up" : " down"),
                NEW_LINK,
                0,
                header(link.index(), up ? UP : 0, UP));
    }
}
