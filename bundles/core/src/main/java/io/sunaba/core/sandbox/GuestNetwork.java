package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.InterfaceRecord;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The network of one sandbox inside its guest.
final class GuestNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(GuestNetwork.class);

    private final Connection connection;

    GuestNetwork(Connection connection) {
        this.connection = requireNonNull(connection, "connection is null");
    }

    /// Gives an interface that was plugged its name, MTU and addresses.
    Interface configure(InterfaceRecord plugged) throws InterruptedException {
        Interface config = NetworkPlan.inGuest(plugged);
        return connected(connection.agent().updateInterface(config), config.network());
    }

    /// Lists the interfaces; a guest does not know what they are connected to.
    List<Interface> interfaces(NetworkRecord known) throws InterruptedException {
        return connection.agent().listInterfaces().stream()
                .map(each ->
                        known.find(each.name())
                                .map(found -> connected(each, found.config().network()))
                                .orElse(each))
                .toList();
    }

    private static Interface connected(Interface inGuest, Interface.@Nullable Network network) {
        return new Interface(
                inGuest.name(), inGuest.macAddress(), inGuest.addresses(), inGuest.mtu(), network);
    }

    List<Route> routes() throws InterruptedException {
        return connection.agent().listRoutes();
    }

    List<Route> route(List<Route> routes) throws InterruptedException {
        return connection.agent().updateRoutes(routes);
    }

    /// Sets the routes that a network is to have.
    void route(NetworkRecord network) throws InterruptedException {
        route(Routing.routes(network));
    }

    /// Sets the name servers that a network is to have. An agent may have no such call: a network
    /// without names is better than none.
    void name(NetworkRecord network) throws InterruptedException {
        try {
            connection.agent().setNameServers(Routing.nameServers(network));
        } catch (RejectedException e) {
            LOG.warn("A sandbox keeps the name servers that it had", e);
        }
    }

    /// Sets the name servers, if they are not what they were.
    void name(NetworkRecord before, NetworkRecord after) throws InterruptedException {
        if (!Routing.nameServers(before).equals(Routing.nameServers(after))) {
            name(after);
        }
    }

    /// Sets routes and name servers after an interface, and the routes on it, went away.
    void followRemoval(NetworkRecord before, NetworkRecord after, String name)
            throws InterruptedException {
        List<Route> left = Routing.without(Routing.routes(before), name);
        if (!left.equals(Routing.routes(after))) {
            route(after);
        }
        name(before, after);
    }
}
