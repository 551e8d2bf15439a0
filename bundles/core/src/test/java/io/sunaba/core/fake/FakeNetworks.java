package io.sunaba.core.fake;

import io.sunaba.core.network.HostNetworks;
import io.sunaba.core.network.HostSide;
import io.sunaba.core.network.Link;
import io.sunaba.core.network.LinuxNetworks;
import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The networks of a host in memory: taps are made, namespaces have a gateway.
public final class FakeNetworks implements HostNetworks {
    /// What is there of sandboxes; user mode leaves nothing.
    public final Set<HostSide> made = ConcurrentHashMap.newKeySet();

    private final HostNetworks user = new LinuxNetworks(List::of);
    private final Faults faults;

    public FakeNetworks(Faults faults) {
        this.faults = faults;
    }

    @Override
    public Link plan(Interface asked, Collection<Link> others) throws InterruptedException {
        faults.at("networks.plan");
        Integer mtu = asked.mtu();
        String macAddress = asked.macAddress();
        return switch (asked.network()) {
            case Interface.UserMode _ -> user.plan(asked, others);
            case Interface.Tap tap ->
                    new Link(
                            macAddress == null
                                    ? "02:00:00:00:00:" + tap.name().substring(3)
                                    : macAddress,
                            mtu == null ? 1400 : mtu,
                            asked.addresses(),
                            List.of(),
                            List.of(),
                            new HostSide.Tap(tap.name(), tap.bridge(), true, "snb0"));
            case Interface.Namespace namespace ->
                    new Link(
                            "02:00:00:00:01:00",
                            mtu == null ? 1450 : mtu,
                            List.of("10.9.0.2/24"),
                            List.of(
                                    new Route("10.8.0.0/16", null, asked.name(), null, 253),
                                    new Route("default", "10.9.0.1", asked.name(), null, 0)),
                            List.of("192.0.2.53"),
                            new HostSide.Namespace(namespace.file(), namespace.device(), "snb1"));
            case null -> throw new IllegalArgumentException(asked.name());
        };
    }

    @Override
    public void make(Link link) throws InterruptedException {
        faults.at("networks.make");
        if (!(link.host() instanceof HostSide.UserMode) && !made.add(link.host())) {
            throw new ConflictException(link.host() + " is there");
        }
    }

    @Override
    public void remove(Link link) throws InterruptedException {
        faults.at("networks.remove");
        made.remove(link.host());
    }
}
