package io.sunaba.core.network;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Route;
import java.util.List;

/// How an interface is connected: all that was left open is decided.
///
/// @param macAddress the guest's
/// @param mtu in bytes
/// @param addresses the guest's, in CIDR notation
/// @param routes what the network offers, in an order in which they can be set
/// @param nameServers the addresses of name servers that the network offers
/// @param host its other end
public record Link(
        String macAddress,
        int mtu,
        List<String> addresses,
        List<Route> routes,
        List<String> nameServers,
        HostSide host) {
    public Link {
        requireNonNull(macAddress, "macAddress is null");
        requireNonNull(host, "host is null");
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        nameServers = List.copyOf(nameServers);
    }
}
