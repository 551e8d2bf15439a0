package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Interface;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Tells about interfaces and changes them: all that was asked for, or nothing.
final class InterfaceTable {
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6/conf");

    /// What is in force, or is to be.
    private record Settings(String name, long mtu, boolean up, Set<IpPrefix> addresses) {}

    private final Links links;
    private final Addresses addresses;

    InterfaceTable(Netlink netlink) {
        links = new Links(netlink);
        addresses = new Addresses(netlink);
    }

    List<Interface> list() throws IOException {
        List<Addresses.Assigned> all = addresses.list();
        return links.list().stream().map(link -> message(link, all)).toList();
    }

    /// Tells about one interface.
    Interface describe(int index, List<Addresses.Assigned> all) throws IOException {
        return message(read(index), all);
    }

    /// The addresses of all interfaces, those of the oldest first.
    List<Addresses.Assigned> addresses() throws IOException {
        return addresses.list().stream()
                .sorted(Comparator.comparingInt(Addresses.Assigned::index))
                .toList();
    }

    /// Changes an interface.
    ///
    /// @param index of the one that has the MAC address
    void update(int index, InterfaceRequest request) throws IOException {
        List<Links.Link> all = links.list();
        Links.Link link = require(all, index);
        if ((link.flags() & Links.LOOPBACK) != 0) {
            throw Failures.invalid("interface " + link.name() + " is this machine's own");
        }
        Settings wanted =
                new Settings(
                        request.name().isEmpty() ? link.name() : request.name(),
                        request.mtu() == 0 ? link.mtu() : request.mtu(),
                        request.up(),
                        request.addresses());
        checkName(all, link, wanted.name());
        checkMtu(link, wanted.mtu());
        Set<IpPrefix> assigned = assigned(link);
        Set<IpPrefix> own = new LinkedHashSet<>(assigned);
        own.removeIf(Addresses::isKernels);
        Settings before = new Settings(link.name(), link.mtu(), link.isUp(), own);
        try {
            apply(link, assigned, wanted);
        } catch (IOException e) {
            try {
                Links.Link now = read(index);
                apply(now, assigned(now), before);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private Links.Link read(int index) throws IOException {
        return require(links.list(), index);
    }

    private static Links.Link require(List<Links.Link> all, int index) {
        for (Links.Link link : all) {
            if (link.index() == index) {
                return link;
            }
        }
        throw Failures.notFound("interface " + index + " is gone");
    }

    private Set<IpPrefix> assigned(Links.Link link) throws IOException {
        Set<IpPrefix> assigned = new LinkedHashSet<>();
        for (Addresses.Assigned address : addresses.list()) {
            if (address.index() == link.index()) {
                assigned.add(address.prefix());
            }
        }
        return assigned;
    }

    private static void checkName(List<Links.Link> all, Links.Link link, String name) {
        for (Links.Link other : all) {
            if (other.index() != link.index() && other.name().equals(name)) {
                throw Failures.exists(
                        "interface "
                                + name
                                + " exists, with MAC address "
                                + other.macAddress()
                                + " instead of "
                                + link.macAddress());
            }
        }
    }

    private static void checkMtu(Links.Link link, long mtu) {
        if (mtu != link.mtu()
                && (mtu < link.minMtu() || (link.maxMtu() > 0 && mtu > link.maxMtu()))) {
            throw Failures.invalid(
                    "MTU "
                            + mtu
                            + " of interface "
                            + link.name()
                            + " is not from "
                            + link.minMtu()
                            + " to "
                            + (link.maxMtu() == 0 ? "any" : link.maxMtu()));
        }
    }

    private void apply(Links.Link link, Set<IpPrefix> assigned, Settings wanted)
            throws IOException {
        boolean up = link.isUp();
        if (!link.name().equals(wanted.name())) {
            up &= rename(link, wanted.name());
        }
        if (link.mtu() != wanted.mtu()) {
            links.setMtu(link, wanted.mtu());
        }
        configureByHostOnly(wanted.name());
        replaceAddresses(link, assigned, wanted.addresses());
        if (up != wanted.up()) {
            links.setUp(link, wanted.up());
        }
    }

    /// Takes the interface down only if it has to be, and tells if not: its routes would be gone.
    private boolean rename(Links.Link link, String name) throws IOException {
        try {
            links.rename(link, name);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EBUSY) {
                throw e;
            }
            links.setUp(link, false);
            links.rename(link, name);
            return false;
        }
    }

    /// What routers announce does not count: addresses and routes are those that the host gives.
    private static void configureByHostOnly(String name) throws IOException {
        Path directory = IPV6.resolve(name);
        if (Files.isDirectory(directory)) {
            for (String key : List.of("accept_ra", "autoconf", "accept_dad")) {
                Files.writeString(directory.resolve(key), "0");
            }
        }
    }

    private void replaceAddresses(Links.Link link, Set<IpPrefix> assigned, Set<IpPrefix> wanted)
            throws IOException {
        Set<IpPrefix> kept = assigned;
        for (IpPrefix prefix : assigned) {
            if (!wanted.contains(prefix) && !Addresses.isKernels(prefix)) {
                addresses.remove(link, prefix);
                kept = Set.of();
            }
        }
        if (kept.isEmpty() && !assigned.isEmpty()) {
            // With the first address of a network the kernel removes the others of it.
            kept = assigned(link);
        }
        for (IpPrefix prefix : wanted) {
            if (!kept.contains(prefix)) {
                addresses.add(link, prefix);
            }
        }
    }

    private static Interface message(Links.Link link, List<Addresses.Assigned> addresses) {
        Interface.Builder message =
                Interface.newBuilder()
                        .setDevice(link.name())
                        .setName(link.name())
                        .setMtu(link.mtu())
                        .setHwAddr(link.macAddress())
                        .setType(link.kind())
                        .setRawFlags(link.flags());
        for (Addresses.Assigned address : addresses) {
            if (address.index() == link.index()) {
                IpPrefix prefix = address.prefix();
                message.addIPAddresses(
                        IPAddress.newBuilder()
                                .setFamily(prefix.address().isV6() ? IPFamily.v6 : IPFamily.v4)
                                .setAddress(prefix.address().toString())
                                .setMask(Integer.toString(prefix.length())));
            }
        }
        return message.build();
    }
}
