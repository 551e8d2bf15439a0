package io.sunaba.core.sandbox;

import io.sunaba.core.network.Link;
import io.sunaba.core.record.InterfaceRecord;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.core.validation.RouteRules;
import io.sunaba.sandbox.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which routes and name servers a guest is to have: those that were asked for, or what the
/// networks offer, of which the oldest comes first.
final class Routing {
    private Routing() {}

    static List<Route> routes(NetworkRecord network) {
        List<Route> asked = network.routes();
        return asked != null
                ? asked
                : added(List.of(), links(network).flatMap(each -> each.routes().stream()));
    }

    /// Returns the name servers of the oldest network that has some.
    static List<String> nameServers(NetworkRecord network) {
        return links(network)
                .map(Link::nameServers)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static Stream<Link> links(NetworkRecord network) {
        return network.interfaces().stream()
                .map(InterfaceRecord::link)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull);
    }

    /// Adds an interface: of its routes those that lead where no other leads.
    static NetworkRecord with(NetworkRecord network, InterfaceRecord added, Link link) {
        return network.with(added).routed(changed(network.routes(), link.routes().stream()));
    }

    private static @Nullable List<Route> changed(
            @Nullable List<Route> asked, Stream<Route> offered) {
        return asked == null ? null : added(asked, offered);
    }

    private static List<Route> added(List<Route> routes, Stream<Route> offered) {
        List<Route> all = new ArrayList<>(routes);
        Set<String> keys = new HashSet<>(routes.stream().map(RouteRules::key).toList());
        offered.filter(each -> keys.add(RouteRules.key(each))).forEach(all::add);
        return all;
    }

    /// Removes an interface and the routes on it.
    static NetworkRecord without(NetworkRecord network, String name) {
        List<Route> asked = network.routes();
        return network.without(name).routed(asked == null ? null : without(asked, name));
    }

    /// Returns the routes that are not on an interface.
    static List<Route> without(List<Route> routes, String name) {
        return routes.stream().filter(each -> !each.device().equals(name)).toList();
    }
}
