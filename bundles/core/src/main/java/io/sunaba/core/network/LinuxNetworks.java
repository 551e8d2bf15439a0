package io.sunaba.core.network;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Interface;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/// Networks of a Linux host, made with `ip` and `tc` of iproute2.
public final class LinuxNetworks implements HostNetworks {
    private final TapNetwork taps;
    private final NamespaceNetwork namespaces;
    private final Supplier<List<String>> nameServers;

    /// @param nameServers returns the name servers of networks that name none
    public LinuxNetworks(Supplier<List<String>> nameServers) {
        this(new HostTools(), nameServers);
    }

    LinuxNetworks(HostTools tools, Supplier<List<String>> nameServers) {
        this.taps = new TapNetwork(tools);
        this.namespaces = new NamespaceNetwork(tools);
        this.nameServers = requireNonNull(nameServers, "nameServers is null");
    }

    @Override
    public Link plan(Interface asked, Collection<Link> others) throws InterruptedException {
        return switch (asked.network()) {
            case Interface.UserMode network -> UserNetwork.plan(asked, network, others);
            case Interface.Tap network -> taps.plan(asked, network, nameServers.get());
            case Interface.Namespace network -> namespaces.plan(asked, network, nameServers.get());
            case null ->
                    throw new IllegalArgumentException(
                            "interface " + asked.name() + " is connected to nothing");
        };
    }

    @Override
    public void make(Link link) throws InterruptedException {
        switch (link.host()) {
            case HostSide.UserMode _ -> {
                // The machine makes it.
            }
            case HostSide.Tap tap -> taps.make(tap, link.mtu());
            case HostSide.Namespace namespace -> namespaces.make(namespace, link.mtu());
        }
    }

    @Override
    public void remove(Link link) throws InterruptedException {
        switch (link.host()) {
            case HostSide.UserMode _ -> {
                // It went with the machine's interface.
            }
            case HostSide.Tap tap -> taps.remove(tap);
            case HostSide.Namespace namespace -> namespaces.remove(namespace);
        }
    }
}
