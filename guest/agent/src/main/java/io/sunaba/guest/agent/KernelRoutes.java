package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The routes of the main table.
final class KernelRoutes {
    static final int SCOPE_LINK = 253;
    static final int ON_LINK = 4;

    private static final int NEW_ROUTE = 24;
    private static final int DELETE_ROUTE = 25;
    private static final int GET_ROUTE = 26;
    private static final int HEADER = 12;
    private static final int MAIN_TABLE = 254;
    private static final int UNICAST = 1;
    private static final int OF_KERNEL = 2;
    private static final int OF_ADMINISTRATOR = 4;
    private static final int DESTINATION = 1;
    private static final int DEVICE = 4;
    private static final int GATEWAY = 5;
    private static final int SOURCE = 7;
    private static final int METRICS = 8;
    private static final int METRIC_MTU = 2;
    private static final int TABLE = 15;
    private static final int CLONED = 0x200;

    /// A route in the kernel.
    ///
    /// @param isKernels whether the kernel made it, for a connected network
    /// @param message as it came, for what is not understood here
    record Installed(RouteSpec spec, boolean isKernels, Netlink.Message message) {}

    private final Netlink netlink;

    KernelRoutes(Netlink netlink) {
        this.netlink = netlink;
    }

    List<Installed> list() throws IOException {
        List<Installed> routes = new ArrayList<>();
        for (int family : new int[] {Netlink.AF_INET, Netlink.AF_INET6}) {
            NetlinkRequest all = new NetlinkRequest().u8(family, 0, 0, 0, 0, 0, 0, 0).u32(0);
            for (Netlink.Message message : netlink.dump("list routes", GET_ROUTE, all)) {
                if (message.type() == NEW_ROUTE && isInMainTable(message.content())) {
                    byte[] content = message.content();
                    routes.add(new Installed(spec(content), content[5] == OF_KERNEL, message));
                }
            }
        }
        return routes;
    }

    private static boolean isInMainTable(byte[] message) throws IOException {
        if (message.length < HEADER) {
            throw new IOException("netlink: a route of " + message.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        long table =
                Attributes.parse(message, HEADER).number(TABLE, Byte.toUnsignedInt(header.get(4)));
        return table == MAIN_TABLE && header.get(7) == UNICAST && (header.getInt(8) & CLONED) == 0;
    }

    static RouteSpec spec(byte[] message) throws IOException {
        if (message.length < HEADER) {
            throw new IOException("netlink: a route of " + message.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        Attributes attributes = Attributes.parse(message, HEADER);
        boolean v6 = header.get(0) == Netlink.AF_INET6;
        IpAddress destination = attributes.address(DESTINATION);
        int length = Byte.toUnsignedInt(header.get(1));
        if (destination != null && (destination.isV6() != v6 || length > destination.length())) {
            throw new IOException("netlink: a route to what is no network");
        }
        return new RouteSpec(
                destination == null ? IpPrefix.everything(v6) : new IpPrefix(destination, length),
                attributes.address(GATEWAY),
                (int) attributes.number(DEVICE, 0),
                attributes.address(SOURCE),
                v6 ? 0 : Byte.toUnsignedInt(header.get(6)),
                (header.getInt(8) & ON_LINK) != 0,
                attributes.nested(METRICS).number(METRIC_MTU, 0));
    }

    void add(RouteSpec route, String text) throws IOException {
        netlink.perform(
                "add route " + text, NEW_ROUTE, Netlink.CREATE | Netlink.EXCLUSIVE, request(route));
    }

    void remove(RouteSpec route, String text) throws IOException {
        netlink.perform("remove route " + text, DELETE_ROUTE, 0, request(route));
    }

    private static NetlinkRequest request(RouteSpec route) {
        // struct rtmsg: family, lengths of destination and source, tos, table, who made it, scope,
        // type, flags.
        boolean v6 = route.isV6();
        NetlinkRequest request =
                new NetlinkRequest()
                        .u8(Netlink.family(v6), route.destination().length(), 0, 0)
                        .u8(MAIN_TABLE, OF_ADMINISTRATOR, route.scope(), UNICAST)
                        .u32(route.onLink() ? ON_LINK : 0);
        if (route.destination().length() > 0) {
            request.attribute(DESTINATION, route.destination().address());
        }
        request.attribute(DEVICE, route.device());
        if (route.gateway() != null) {
            request.attribute(GATEWAY, route.gateway());
        }
        if (route.source() != null) {
            request.attribute(SOURCE, route.source());
        }
        if (route.mtu() > 0) {
            byte[] mtu = new NetlinkRequest().attribute(METRIC_MTU, (int) route.mtu()).bytes();
            request.attribute(METRICS, mtu);
        }
        return request;
    }

    /// Removes a route with all that it has. One that is gone already is no error.
    void remove(Installed route) throws IOException {
        try {
            netlink.perform(
                    "remove route to " + route.spec().destination(),
                    DELETE_ROUTE,
                    0,
                    request(route));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ESRCH) {
                throw e;
            }
        }
    }

    /// Puts a route back as it was. One that is there already is no error.
    void restore(Installed route) throws IOException {
        try {
            netlink.perform(
                    "put back route to " + route.spec().destination(),
                    NEW_ROUTE,
                    Netlink.CREATE | Netlink.EXCLUSIVE,
                    request(route));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EEXIST) {
                throw e;
            }
        }
    }

    private static NetlinkRequest request(Installed route) {
        byte[] message = route.message().content().clone();
        // What the kernel found out, such as a lost carrier, is not for others to say.
        ByteBuffer.wrap(message)
                .order(ByteOrder.nativeOrder())
                .putInt(8, route.spec().onLink() ? ON_LINK : 0);
        return new NetlinkRequest(message);
    }
}
