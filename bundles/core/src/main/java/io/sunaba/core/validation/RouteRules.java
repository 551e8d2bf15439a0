package io.sunaba.core.validation;

import static io.sunaba.core.validation.Rules.quoted;
import static io.sunaba.core.validation.Rules.require;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Route;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rules for routes.
public final class RouteRules {
    private static final int MAXIMUM_SCOPE = 255;

    private RouteRules() {}

    /// @param devices the names of the sandbox's interfaces
    public static void check(List<Route> routes, Collection<String> devices) {
        Set<String> destinations = new HashSet<>();
        for (Route route : routes) {
            check(route);
            if (!devices.contains(route.device()) && !route.device().equals("lo")) {
                throw new RejectedException(
                        "route to %s is on %s: the sandbox has no such interface"
                                .formatted(route.destination(), quoted(route.device())));
            }
            if (!destinations.add(key(route))) {
                throw new RejectedException(
                        "route to %s is there twice".formatted(route.destination()));
            }
        }
    }

    private static void check(Route route) {
        boolean isDefault = route.destination().equals("default");
        @Nullable InetAddress destination =
                isDefault ? null : Addresses.requireDestination(route.destination());
        requireAddress("gateway", route.gateway(), destination);
        requireAddress("source", route.source(), destination);
        require(
                route.scope() >= 0 && route.scope() <= MAXIMUM_SCOPE,
                "scope",
                route.scope(),
                "0 to 255");
    }

    private static void requireAddress(
            String what, @Nullable String text, @Nullable InetAddress destination) {
        if (text == null) {
            return;
        }
        InetAddress address = Addresses.parse(text);
        require(address != null, what, quoted(text), "an IP address");
        require(
                destination == null
                        || address == null
                        || address.getAddress().length == destination.getAddress().length,
                what,
                quoted(text),
                "of the destination's family");
    }

    /// What no two routes may have in common: destination and family.
    public static String key(Route route) {
        String hint = route.destination() + route.gateway() + route.source();
        return (hint.contains(":") ? "6 " : "4 ") + route.destination();
    }
}
