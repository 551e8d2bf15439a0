package io.sunaba.core.network;

import static io.sunaba.core.network.Subnet.overlaps;

import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/// Networks in the VMM's process: `10.0.N.0/24` each, with the guest at 15, the gateway at 2 and a
/// name server at 3.
final class UserNetwork {
    static final int MTU = 1500;
    private static final int FIRST = 2;
    private static final int LAST = 255;

    private UserNetwork() {}

    static Link plan(Interface asked, Interface.UserMode network, Collection<Link> others) {
        List<String> taken = others.stream().flatMap(other -> other.addresses().stream()).toList();
        String prefix =
                IntStream.rangeClosed(FIRST, LAST)
                        .mapToObj(number -> "10.0." + number + ".")
                        .filter(each ->
                                taken.stream()
                                        .noneMatch(address -> overlaps(each + "0/24", address)))
                        .findFirst()
                        .orElseThrow(() -> new ConflictException("no network 10.0.N.0/24 is free"));
        String macAddress = asked.macAddress();
        Integer mtu = asked.mtu();
        return new Link(
                macAddress == null ? MacAddress.random() : macAddress,
                mtu == null ? MTU : mtu,
                List.of(prefix + "15/24"),
                List.of(new Route("default", prefix + "2", asked.name(), null, 0)),
                List.of(prefix + "3"),
                new HostSide.UserMode(prefix + "0/24", network.forwards()));
    }
}
