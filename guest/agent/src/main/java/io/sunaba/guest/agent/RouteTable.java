package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Route;
import io.sunaba.guest.protocol.Routes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tells about routes and replaces them: all, or none.
final class RouteTable {
    private static final int MAX_ROUTES = 1024;

    private final Links links;
    private final KernelRoutes routes;

    RouteTable(Netlink netlink) {
        links = new Links(netlink);
        routes = new KernelRoutes(netlink);
    }

    private Map<Integer, String> names() throws IOException {
        Map<Integer, String> names = new HashMap<>();
        for (Links.Link link : links.list()) {
            names.put(link.index(), link.name());
        }
        return names;
    }

    /// Lists all routes, those of connected networks too.
    Routes list() throws IOException {
        Map<Integer, String> names = names();
        Routes.Builder list = Routes.newBuilder();
        for (KernelRoutes.Installed route : routes.list()) {
            list.addRoutes(route.spec().message(name(names, route.spec())));
        }
        return list.build();
    }

    private static String name(Map<Integer, String> names, RouteSpec route) {
        return names.getOrDefault(route.device(), "");
    }

    /// Replaces all routes but those that the kernel makes for connected networks. One that is
    /// given and made by the kernel stays as it is.
    void replace(List<Route> messages) throws IOException {
        if (messages.size() > MAX_ROUTES) {
            throw Failures.invalid(messages.size() + " routes are more than " + MAX_ROUTES);
        }
        Map<Integer, String> names = names();
        Map<String, Integer> devices = new HashMap<>();
        names.forEach((index, name) -> devices.put(name, index));
        List<RouteSpec> wanted = new ArrayList<>();
        for (Route message : messages) {
            wanted.add(RouteSpec.of(message, devices));
        }
        List<KernelRoutes.Installed> obsolete = new ArrayList<>();
        List<RouteSpec> missing = new ArrayList<>(wanted);
        for (KernelRoutes.Installed route : routes.list()) {
            if (route.isKernels()) {
                missing.removeIf(route.spec()::leadsWhere);
            } else if (!wanted.contains(route.spec())) {
                obsolete.add(route);
            }
        }
        checkOnce(wanted, missing, names);
        for (KernelRoutes.Installed route : routes.list()) {
            missing.remove(route.spec());
        }
        exchange(obsolete, missing, names);
    }

    /// Two routes to one place of which the kernel would have to choose are not what anybody means.
    private static void checkOnce(
            List<RouteSpec> wanted, List<RouteSpec> missing, Map<Integer, String> names) {
        Set<IpPrefix> destinations = new HashSet<>();
        for (RouteSpec route : wanted) {
            if (missing.contains(route) && !destinations.add(route.destination())) {
                throw Failures.invalid(
                        "route "
                                + route.text(name(names, route))
                                + ": there is another one to the same destination");
            }
        }
    }

    private void exchange(
            List<KernelRoutes.Installed> obsolete,
            List<RouteSpec> missing,
            Map<Integer, String> names)
            throws IOException {
        List<KernelRoutes.Installed> removed = new ArrayList<>();
        List<RouteSpec> added = new ArrayList<>();
        try {
            for (KernelRoutes.Installed route : obsolete) {
                routes.remove(route);
                removed.add(route);
            }
            // A gateway may be reached by a route that comes with it.
            for (boolean withGateway : new boolean[] {false, true}) {
                for (RouteSpec route : missing) {
                    if ((route.gateway() != null) == withGateway) {
                        routes.add(route, route.text(name(names, route)));
                        added.add(route);
                    }
                }
            }
        } catch (IOException e) {
            putBack(removed, added, names, e);
            throw e;
        }
    }

    private void putBack(
            List<KernelRoutes.Installed> removed,
            List<RouteSpec> added,
            Map<Integer, String> names,
            IOException reason) {
        for (RouteSpec route : added.reversed()) {
            attempt(reason, () -> routes.remove(route, route.text(name(names, route))));
        }
        for (boolean withGateway : new boolean[] {false, true}) {
            for (KernelRoutes.Installed route : removed) {
                if ((route.spec().gateway() != null) == withGateway) {
                    attempt(reason, () -> routes.restore(route));
                }
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void attempt(IOException reason, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            reason.addSuppressed(e);
            Log.warn("after a failure", e);
        }
    }
}
