package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.ARPNeighbor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Addresses of the neighbourhood that need not be asked for.
final class Neighbours {
    private static final int NEW_NEIGHBOUR = 28;
    private static final int DELETE_NEIGHBOUR = 29;
    private static final int ADDRESS = 1;
    private static final int LINK_ADDRESS = 2;
    private static final int MAX_NEIGHBOURS = 1024;
    private static final int PERMANENT = 0x80;
    private static final int ALL_STATES = 0xff;
    private static final int ALL_FLAGS = 0xff;
    private static final Pattern LINK = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){0,31}");

    private record Neighbour(
            Links.Link link, IpAddress address, String linkAddress, int state, int flags) {
        NetlinkRequest request() {
            // struct ndmsg: family, padding, device, state, flags, type.
            return new NetlinkRequest()
                    .u8(Netlink.family(address.isV6()), 0)
                    .u16(0)
                    .u32(link.index())
                    .u16(state)
                    .u8(flags, 0)
                    .attribute(ADDRESS, address)
                    .attribute(LINK_ADDRESS, HexFormat.ofDelimiter(":").parseHex(linkAddress));
        }
    }

    private final Netlink netlink;

    Neighbours(Netlink netlink) {
        this.netlink = netlink;
    }

    /// Adds all, or none.
    void add(List<ARPNeighbor> messages) throws IOException {
        if (messages.size() > MAX_NEIGHBOURS) {
            throw Failures.invalid(messages.size() + " neighbours are more than " + MAX_NEIGHBOURS);
        }
        List<Links.Link> links = new Links(netlink).list();
        List<Neighbour> neighbours = new ArrayList<>();
        for (ARPNeighbor message : messages) {
            neighbours.add(neighbour(message, links));
        }
        List<Neighbour> added = new ArrayList<>();
        try {
            for (Neighbour neighbour : neighbours) {
                netlink.perform(
                        "add neighbour "
                                + neighbour.address
                                + " of interface "
                                + neighbour.link.name(),
                        NEW_NEIGHBOUR,
                        Netlink.CREATE | Netlink.REPLACE,
                        neighbour.request());
                added.add(neighbour);
            }
        } catch (IOException e) {
            for (Neighbour neighbour : added) {
                try {
                    netlink.perform("remove neighbour", DELETE_NEIGHBOUR, 0, neighbour.request());
                } catch (IOException again) {
                    e.addSuppressed(again);
                }
            }
            throw e;
        }
    }

    private static Neighbour neighbour(ARPNeighbor message, List<Links.Link> links) {
        IpAddress address = InterfaceRequest.address(message.getToIPAddress());
        if (!LINK.matcher(message.getLladdr()).matches()) {
            throw Failures.invalid(
                    "neighbour "
                            + address
                            + ": '"
                            + Failures.quotable(message.getLladdr())
                            + "' is no link address");
        }
        int state = message.getState() == 0 ? PERMANENT : message.getState();
        if ((state & ~ALL_STATES) != 0 || (message.getFlags() & ~ALL_FLAGS) != 0) {
            throw Failures.invalid(
                    "neighbour "
                            + address
                            + ": state "
                            + message.getState()
                            + " or flags "
                            + message.getFlags()
                            + " are more than a byte");
        }
        Optional<Links.Link> link =
                links.stream().filter(one -> one.name().equals(message.getDevice())).findFirst();
        if (link.isEmpty()) {
            throw Failures.notFound(
                    "neighbour "
                            + address
                            + ": no interface '"
                            + Failures.quotable(message.getDevice())
                            + "'");
        }
        return new Neighbour(link.get(), address, message.getLladdr(), state, message.getFlags());
    }
}
