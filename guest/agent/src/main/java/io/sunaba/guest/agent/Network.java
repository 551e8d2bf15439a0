package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.ARPNeighbor;
import io.sunaba.guest.protocol.Interface;
import io.sunaba.guest.protocol.Route;
import io.sunaba.guest.protocol.Routes;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The network of the machine, which all its containers share.
///
/// What a host sends is checked as a whole before anything is changed, and what fails half way is
/// put back. Changes come one after the other; waiting for a device holds up none of them.
final class Network {
    private final SystemCalls calls;
    private final LinkFinder finder;
    private final NetworkFiles files;

    /// The interfaces that the host has configured.
    private final Set<Integer> configured = new HashSet<>();

    Network(SystemCalls calls, LinkFinder finder, NetworkFiles files) {
        this.calls = calls;
        this.finder = finder;
        this.files = files;
    }

    private interface Body<T> {
        T run(Netlink netlink) throws IOException;
    }

    private synchronized <T> T with(Body<T> body) throws IOException {
        try (Netlink netlink = Netlink.open(calls, Netlink.NO_GROUP)) {
            return body.run(netlink);
        } catch (ErrnoException e) {
            throw Failures.asRefusal(e);
        }
    }

    /// Waits for an interface, changes it and tells how it is then.
    Interface updateInterface(Interface message) throws IOException {
        InterfaceRequest request = InterfaceRequest.of(message);
        Links.Link link = finder.await(request.macAddress());
        return with(netlink -> {
            InterfaceTable table = new InterfaceTable(netlink);
            table.update(link.index(), request);
            configured.add(link.index());
            List<Addresses.Assigned> all = table.addresses();
            files.setAddresses(known(all));
            return table.describe(link.index(), all);
        });
    }

    /// The addresses by which others know this machine.
    private List<IpAddress> known(List<Addresses.Assigned> all) {
        return all.stream()
                .filter(address -> configured.contains(address.index()))
                .map(address -> address.prefix().address())
                .filter(address -> !address.isLinkLocal())
                .toList();
    }

    /// Has containers find by the host name what is there: an interface goes with its device.
    void forgetIfGone(Uevents.Event event) {
        if (event.action().equals("remove") && event.device().contains("/net/")) {
            try {
                with(netlink -> {
                    files.setAddresses(known(new InterfaceTable(netlink).addresses()));
                    return true;
                });
            } catch (IOException | RuntimeException e) {
                Log.warn("after " + event.device() + " went", e);
            }
        }
    }

    List<Interface> interfaces() throws IOException {
        return with(netlink -> new InterfaceTable(netlink).list());
    }

    /// Replaces the routes and tells which are in force then.
    Routes updateRoutes(List<Route> routes) throws IOException {
        return with(netlink -> {
            RouteTable table = new RouteTable(netlink);
            table.replace(routes);
            return table.list();
        });
    }

    Routes routes() throws IOException {
        return with(netlink -> new RouteTable(netlink).list());
    }

    void addNeighbours(List<ARPNeighbor> neighbours) throws IOException {
        with(netlink -> {
            new Neighbours(netlink).add(neighbours);
            return true;
        });
    }
}
