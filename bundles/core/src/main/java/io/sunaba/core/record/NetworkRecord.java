package io.sunaba.core.record;

import io.sunaba.sandbox.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What is stored of a sandbox's network.
///
/// @param interfaces its interfaces, oldest first
/// @param routes the routes that were asked for, or null for those that the networks offer
/// @param routing whether setting other routes was begun and may have been done: those on record
///   are to be set again
public record NetworkRecord(
        List<InterfaceRecord> interfaces, @Nullable List<Route> routes, boolean routing) {
    public static final NetworkRecord NONE = new NetworkRecord(List.of(), null, false);

    public NetworkRecord {
        interfaces = List.copyOf(interfaces);
        routes = routes == null ? null : List.copyOf(routes);
    }

    public Optional<InterfaceRecord> find(String name) {
        return interfaces.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /// Adds an interface, or replaces the one of its name.
    public NetworkRecord with(InterfaceRecord changed) {
        List<InterfaceRecord> all = new ArrayList<>(interfaces);
        all.replaceAll(each -> each.name().equals(changed.name()) ? changed : each);
        if (!all.contains(changed)) {
            all.add(changed);
        }
        return new NetworkRecord(all, routes, routing);
    }

    public NetworkRecord without(String name) {
        return new NetworkRecord(
                interfaces.stream().filter(each -> !each.name().equals(name)).toList(),
                routes,
                routing);
    }

    public NetworkRecord each(UnaryOperator<InterfaceRecord> change) {
        return new NetworkRecord(interfaces.stream().map(change).toList(), routes, routing);
    }

    public NetworkRecord routed(@Nullable List<Route> asked) {
        return new NetworkRecord(interfaces, asked, routing);
    }

    /// @param begun whether setting other routes than these is about to begin
    public NetworkRecord routing(boolean begun) {
        return new NetworkRecord(interfaces, routes, begun);
    }

    /// Tells whether something was begun and may not be done, or something is left on the host that
    /// no machine uses.
    ///
    /// @param machine whether there is a machine
    boolean unsettled(boolean machine) {
        return routing
                || interfaces.stream()
                        .anyMatch(
                                each -> each.intent() != null || (!machine && each.link() != null));
    }
}
