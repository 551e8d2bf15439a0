package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.guest.protocol.ARPNeighbor;
import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Interface;
import io.sunaba.guest.protocol.Route;
import io.sunaba.guest.protocol.Routes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkRoutesTest {
    private static final int LINK = 253;

    @TempDir private Path files;
    private NetworkNamespace namespace;
    private Network network;

    @BeforeEach
    void open() throws Exception {
        namespace = new NetworkNamespace();
        NetworkFiles networkFiles = new NetworkFiles(files);
        networkFiles.create("blue", List.of());
        networkFiles.provide();
        LinkFinder finder = new LinkFinder(namespace.calls(), () -> {}, Duration.ofSeconds(10));
        network = new Network(namespace.calls(), finder, networkFiles);
        connect("eth0", "02:00:00:00:00:0a", "10.0.2.15", "fd02::15");
        connect("eth1", "02:00:00:00:00:0b", "10.0.3.15", "fd03::15");
    }

    private void connect(String name, String mac, String v4, String v6) throws Exception {
        namespace.run(() -> {
            namespace.plug(name, mac);
            network.updateInterface(
                    Interface.newBuilder()
                            .setHwAddr(mac)
                            .addIPAddresses(IPAddress.newBuilder().setAddress(v4).setMask("24"))
                            .addIPAddresses(
                                    IPAddress.newBuilder()
                                            .setFamily(IPFamily.v6)
                                            .setAddress(v6)
                                            .setMask("64"))
                            .build());
        });
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private static Route.Builder route(String destination, String gateway, String device) {
        boolean v6 = (destination + gateway).contains(":");
        return Route.newBuilder()
                .setDest(destination)
                .setGateway(gateway)
                .setDevice(device)
                .setFamily(v6 ? IPFamily.v6 : IPFamily.v4);
    }

    private Routes update(Route.Builder... routes) throws Exception {
        List<Route> list = List.of(routes).stream().map(Route.Builder::build).toList();
        return namespace.call(() -> network.updateRoutes(list));
    }

    /// Those that the kernel makes by itself are left out.
    private static List<Route> others(Routes routes) {
        return routes.getRoutesList().stream()
                .filter(route ->
                        !route.getGateway().isEmpty()
                                || !List.of(
                                                "10.0.2.0/24",
                                                "10.0.3.0/24",
                                                "fd02::/64",
                                                "fd03::/64",
                                                "fe80::/64",
                                                "::1/128")
                                        .contains(route.getDest()))
                .toList();
    }

    @Test
    void routesAreReplaced() throws Exception {
        Routes connected = namespace.call(network::routes);
        assertThat(connected.getRoutesList())
                .contains(
                        route("10.0.2.0/24", "", "eth0")
                                .setSource("10.0.2.15")
                                .setScope(LINK)
                                .build())
                .extracting(Route::getDest)
                .contains("10.0.3.0/24", "fd02::/64", "fd03::/64");

        Routes first =
                update(
                        route("", "10.0.2.2", "eth0"),
                        route("", "fd02::2", "eth0"),
                        route("10.9.0.0/16", "10.0.3.1", "eth1").setSource("10.0.3.15"),
                        route("10.8.0.0/16", "", "eth1"),
                        route("fd09::/48", "fd03::1", "eth1").setMtu(1300));
        assertThat(others(first))
                .containsExactlyInAnyOrder(
                        route("", "10.0.2.2", "eth0").build(),
                        route("", "fd02::2", "eth0").build(),
                        route("10.9.0.0/16", "10.0.3.1", "eth1").setSource("10.0.3.15").build(),
                        route("10.8.0.0/16", "", "eth1").setScope(LINK).build(),
                        route("fd09::/48", "fd03::1", "eth1").setMtu(1300).build());
        assertThat(namespace.call(network::routes)).isEqualTo(first);

        Routes second =
                update(route("0.0.0.0/0", "10.0.3.1", "eth1"), route("fd09::/48", "", "eth0"));
        assertThat(others(second))
                .containsExactlyInAnyOrder(
                        route("", "10.0.3.1", "eth1").build(),
                        route("fd09::/48", "", "eth0").build());

        assertThat(others(update())).isEmpty();
        assertThat(namespace.call(network::routes)).isEqualTo(connected);
    }

    @Test
    void whatIsListedCanBeGivenBack() throws Exception {
        Routes all = update(route("default", "10.0.2.2", "eth0"), route("10.8.0.0/16", "", "eth1"));

        Routes again = namespace.call(() -> network.updateRoutes(all.getRoutesList()));
        assertThat(again).isEqualTo(all);
    }

    @Test
    void aGatewayMayBeReachedByARouteThatComesWithIt() throws Exception {
        Routes routes =
                update(
                        route("default", "169.254.1.1", "eth0"),
                        route("169.254.1.1", "", "eth0").setScope(LINK),
                        route("", "fd77::1", "eth0"),
                        route("fd77::1/128", "", "eth0"));

        assertThat(others(routes))
                .extracting(Route::getDest)
                .containsExactlyInAnyOrder("", "169.254.1.1/32", "", "fd77::1/128");
    }

    @Test
    void aGatewayMayBeSaidToBeOnTheLink() throws Exception {
        int onLink = 4;
        Routes routes =
                update(
                        route("", "192.0.2.1", "eth0").setFlags(onLink),
                        route("", "fd77::1", "eth0").setFlags(onLink));

        assertThat(others(routes))
                .containsExactlyInAnyOrder(
                        route("", "192.0.2.1", "eth0").setFlags(onLink).build(),
                        route("", "fd77::1", "eth0").setFlags(onLink).build());
        assertThat(others(update(route("", "192.0.2.1", "eth0").setFlags(onLink)))).hasSize(1);
    }

    @Test
    void allOrNone() throws Exception {
        update(
                route("", "10.0.2.2", "eth0"),
                route("", "fd02::2", "eth0"),
                route("10.7.1.0/24", "", "eth0"),
                route("10.7.0.0/16", "10.7.1.1", "eth0"),
                route("10.9.0.0/16", "10.0.3.1", "eth1").setSource("10.0.3.15").setMtu(1200));
        Routes before = namespace.call(network::routes);

        Route.Builder fine = route("", "10.0.3.1", "eth1");
        refused("Nexthop has invalid gateway", fine, route("10.1.0.0/16", "192.0.2.1", "eth1"));
        refused("fd08::/16 via 2001:db8::1", fine, route("fd08::/16", "2001:db8::1", "eth1"));
        refused("src 10.0.2.99", fine, route("10.1.0.0/16", "", "eth0").setSource("10.0.2.99"));
        Route.Builder taken = route("10.0.2.0/24", "10.0.3.1", "eth1");
        assertThatThrownBy(() -> update(fine, taken))
                .hasMessageContaining("ALREADY_EXISTS: add route to 10.0.2.0/24 via 10.0.3.1");

        assertThat(namespace.call(network::routes).getRoutesList())
                .containsExactlyInAnyOrderElementsOf(before.getRoutesList());
    }

    @Test
    void whatIsMalformedIsRefusedAndNothingChanged() throws Exception {
        update(route("", "10.0.2.2", "eth0"));
        Routes before = namespace.call(network::routes);

        Route.Builder fine = route("", "10.0.3.1", "eth1");
        refused("'10.0' is no IPv4 address", fine, route("10.0/16", "", "eth1"));
        refused("'x' is no IPv4 address", fine, route("x", "", "eth1"));
        refused("prefix length '40'", fine, route("10.1.0.0/40", "", "eth1"));
        refused("prefix length ''", fine, route("10.1.0.0/", "", "eth1"));
        refused("10.1.0.1/16: the address has bits beyond", fine, route("10.1.0.1/16", "", "eth1"));
        refused("'gate' is no IPv4 address", fine, route("10.1.0.0/16", "gate", "eth1"));
        refused("no gateway: 0.0.0.0", fine, route("10.1.0.0/16", "0.0.0.0", "eth1"));
        refused(
                "'fd00::1' is no IPv4 address",
                fine,
                route("10.1.0.0/16", "fd00::1", "eth1").setFamily(IPFamily.v4));
        refused("'y' is no IPv4 address", fine, route("10.1.0.0/16", "", "eth1").setSource("y"));
        refused("scope 256 is not", fine, route("10.1.0.0/16", "", "eth1").setScope(256));
        refused("scope 4294967295 is", fine, route("10.1.0.0/16", "", "eth1").setScope(-1));
        refused("MTU 67 is not", fine, route("10.1.0.0/16", "", "eth1").setMtu(67));
        refused("MTU 4294967295 is", fine, route("10.1.0.0/16", "", "eth1").setMtu(-1));
        refused("another one to the same destination", fine, route("", "10.0.2.2", "eth0"));
        assertThatThrownBy(() -> update(fine, route("10.1.0.0/16", "", "eth9")))
                .hasMessage("NOT_FOUND: route to 10.1.0.0/16: no interface 'eth9'");
        assertThatThrownBy(() ->
                        namespace.call(() ->
                                network.updateRoutes(Collections.nCopies(1025, fine.build()))))
                .hasMessage("INVALID_ARGUMENT: 1025 routes are more than 1024");

        assertThat(namespace.call(network::routes)).isEqualTo(before);
    }

    private void refused(String text, Route.Builder... routes) {
        assertThatThrownBy(() -> update(routes))
                .hasMessageStartingWith("INVALID_ARGUMENT: ")
                .hasMessageContaining(text);
    }

    @Test
    void listsThatAreTooLongAreRefused() throws Exception {
        namespace.run(() -> {
            try (Netlink netlink = Netlink.open(namespace.calls(), Netlink.NO_GROUP)) {
                int device =
                        new Links(netlink)
                                .list().stream()
                                        .filter(link -> link.name().equals("eth0"))
                                        .findFirst()
                                        .orElseThrow()
                                        .index();
                KernelRoutes routes = new KernelRoutes(netlink);
                for (int i = 0; i < 8192; i++) {
                    byte[] address = {10, 64, (byte) (i >> 8), (byte) i};
                    IpPrefix one = new IpPrefix(IpAddress.of(address), 32);
                    routes.add(new RouteSpec(one, null, device, null, LINK, false, 0), "to " + one);
                }
            }
        });

        assertThatThrownBy(() -> namespace.call(network::routes))
                .hasMessage("RESOURCE_EXHAUSTED: list routes: there are too many");
    }

    private static ARPNeighbor neighbour(String address, String mac, String device) {
        return ARPNeighbor.newBuilder()
                .setToIPAddress(
                        IPAddress.newBuilder()
                                .setAddress(address)
                                .setFamily(address.contains(":") ? IPFamily.v6 : IPFamily.v4))
                .setLladdr(mac)
                .setDevice(device)
                .build();
    }

    private String knownNeighbours() throws Exception {
        return namespace.call(() -> Files.readString(Path.of("/proc/thread-self/net/arp")));
    }

    @Test
    void neighboursAreAddedAllOrNone() throws Exception {
        ARPNeighbor fine = neighbour("10.0.2.2", "02:00:00:00:00:22", "eth0");
        List<ARPNeighbor> bad =
                List.of(
                        neighbour("10.0.2", "02:00:00:00:00:22", "eth0"),
                        neighbour("10.0.2.3", "02:00:00:00:00:2x", "eth0"),
                        neighbour("10.0.2.3", "02:00:00:00:00:22", "eth9"),
                        neighbour("224.0.0.1", "02:00", "eth0"),
                        neighbour("10.0.2.3", "02:00:00:00:00:22", "eth0").toBuilder()
                                .setState(256)
                                .build());
        for (ARPNeighbor one : bad) {
            assertThatThrownBy(() -> namespace.run(() -> network.addNeighbours(List.of(fine, one))))
                    .as("%s", one)
                    .isInstanceOf(Exception.class);
            assertThat(knownNeighbours()).doesNotContain("10.0.2.2");
        }

        namespace.run(() ->
                network.addNeighbours(
                        List.of(fine, neighbour("fd02::2", "02:00:00:00:00:22", "eth0"))));
        assertThat(knownNeighbours()).contains("10.0.2.2").contains("02:00:00:00:00:22");
    }
}
