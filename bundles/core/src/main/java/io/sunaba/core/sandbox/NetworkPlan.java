package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.network.HostNetworks;
import io.sunaba.core.network.HostSide;
import io.sunaba.core.network.Link;
import io.sunaba.core.record.InterfaceRecord;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.error.ConflictException;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.sandbox.Interface;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Decides how the interfaces of a sandbox are connected, before anything is done for it.
final class NetworkPlan {
    private final HostNetworks host;

    NetworkPlan(HostNetworks host) {
        this.host = requireNonNull(host, "host is null");
    }

    /// Plans the interfaces of a new sandbox.
    NetworkRecord of(List<Interface> asked) throws InterruptedException {
        NetworkRecord network = NetworkRecord.NONE;
        for (Interface each : asked) {
            network = network.with(planned(each, network));
        }
        return network;
    }

    /// Plans the interfaces that a sandbox had anew.
    NetworkRecord again(NetworkRecord past) throws InterruptedException {
        NetworkRecord network = past.each(each -> each.linked(null));
        for (InterfaceRecord each : past.interfaces()) {
            network = network.with(each.linked(link(each.config(), network)));
        }
        return network;
    }

    /// Plans one more interface.
    ///
    /// @throws ConflictException if its MAC address is that of another
    InterfaceRecord planned(Interface asked, NetworkRecord network) throws InterruptedException {
        Link link = link(asked, network);
        String deviceId =
                "net-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        // That of a namespace's device is found there each time.
        boolean kept = !(link.host() instanceof HostSide.Namespace);
        return new InterfaceRecord(
                new Interface(
                        asked.name(),
                        kept ? link.macAddress() : asked.macAddress(),
                        asked.addresses(),
                        asked.mtu(),
                        asked.network()),
                deviceId,
                link,
                null);
    }

    private Link link(Interface asked, NetworkRecord network) throws InterruptedException {
        List<Link> others =
                network.interfaces().stream()
                        .filter(each -> !each.name().equals(asked.name()))
                        .map(InterfaceRecord::link)
                        .filter(Objects::nonNull)
                        .map(Objects::requireNonNull)
                        .toList();
        Link link = host.plan(lowerCase(asked), others);
        for (Link other : others) {
            if (other.macAddress().equals(link.macAddress())) {
                throw new ConflictException(
                        "MAC address %s of interface %s is that of another interface"
                                .formatted(link.macAddress(), asked.name()));
            }
        }
        return link;
    }

    private static Interface lowerCase(Interface asked) {
        @Nullable String macAddress = asked.macAddress();
        return new Interface(
                asked.name(),
                macAddress == null ? null : macAddress.toLowerCase(Locale.ROOT),
                asked.addresses(),
                asked.mtu(),
                asked.network());
    }

    /// Returns what the machine is to plug.
    static InterfaceSpec spec(InterfaceRecord planned) {
        Link link = requireLink(planned);
        return new InterfaceSpec(
                planned.deviceId(),
                link.macAddress(),
                link.mtu(),
                switch (link.host()) {
                    case HostSide.UserMode user ->
                            new InterfaceSpec.UserMode(user.subnet(), user.forwards());
                    case HostSide.Tap tap -> new InterfaceSpec.Tap(tap.name(), null);
                    case HostSide.Namespace namespace ->
                            new InterfaceSpec.Tap(namespace.tap(), namespace.file());
                });
    }

    /// Returns what the guest is to have.
    static Interface inGuest(InterfaceRecord planned) {
        Link link = requireLink(planned);
        return new Interface(
                planned.name(),
                link.macAddress(),
                link.addresses(),
                link.mtu(),
                planned.config().network());
    }

    static Link requireLink(InterfaceRecord planned) {
        return requireNonNull(planned.link(), () -> planned.name() + " is not planned");
    }
}
