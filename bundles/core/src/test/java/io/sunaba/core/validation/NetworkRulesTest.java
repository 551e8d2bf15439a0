package io.sunaba.core.validation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkRulesTest {
    private static final Interface.Tap TAP = new Interface.Tap("tap0", null);

    private static Interface tap(
            String name, @Nullable String macAddress, @Nullable Integer mtu, String... addresses) {
        return new Interface(name, macAddress, List.of(addresses), mtu, TAP);
    }

    private static Interface user(PortForward... forwards) {
        return new Interface(
                "eth0", null, List.of(), null, new Interface.UserMode(List.of(forwards)));
    }

    private static void refused(Interface asked, String... message) {
        assertThatThrownBy(() -> NetworkRules.check(asked))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll(message);
    }

    @Test
    void whatLinuxTakesIsTaken() {
        for (Interface asked :
                List.of(
                        tap("a", null, null),
                        tap("eth0.100", "02:Ff:00:00:00:00", 68, "192.0.2.5/32"),
                        tap("fifteen-letters", null, 65535, "2001:db8::1/64", "192.0.2.5/24"),
                        tap("x@y#z", null, 1280, "fd00::1/128"),
                        user(
                                new PortForward("tcp", "0.0.0.0", 1, 65535),
                                new PortForward("udp", "0.0.0.0", 1, 65535)))) {
            assertThatCode(() -> NetworkRules.check(asked)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "lo", ".", "..", "a/b", "a:b", "a b", "a%d", "sixteen-letters-", "ä"})
    void nameMustBeOneOfAnInterface(String name) {
        refused(tap(name, null, null), "interface name is '" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00:00:00:00:00:00",
                "01:00:00:00:00:01",
                "ff:ff:ff:ff:ff:ff",
                "02:00:00:00:00",
                "02:00:00:00:00:00:00",
                "02-00-00-00-00-01",
                "02:00:00:00:00:0g"
            })
    void macAddressMustBeOfOneStation(String address) {
        refused(tap("eth0", address, null), "MAC address is '" + address + "'", "group");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 67, 65536})
    void mtuMustBeInRange(int mtu) {
        refused(tap("eth0", null, mtu), "MTU is " + mtu, "68 to 65535");
    }

    @Test
    void mtuMustDoForItsNetwork() {
        refused(tap("eth0", null, 1279, "fd00::1/64"), "MTU is 1279", "IPv6");
        refused(
                new Interface("eth0", null, List.of(), 1501, new Interface.UserMode(List.of())),
                "MTU is 1501",
                "1500 in user mode");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "192.0.2.5",
                "192.0.2.5/",
                "192.0.2.5/0",
                "192.0.2.5/33",
                "192.0.2.5/-1",
                "192.0.2/24",
                "192.0.2.256/24",
                "0.0.0.0/8",
                "127.0.0.1/8",
                "224.0.0.1/24",
                "host/24",
                "fd00::1/129",
                "fd00::1%eth0/64",
                "::/64",
                "::1/128",
                "ff02::1/64",
                "::ffff:192.0.2.5/96",
                "fd00:::1/64"
            })
    void addressMustBeUnicastInCidrNotation(String address) {
        refused(tap("eth0", null, null, address), "address of interface eth0 is '" + address + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "icmp,127.0.0.1,80,80,protocol is 'icmp'",
        "tcp,127.0.0.1,0,80,host port is 0",
        "tcp,127.0.0.1,65536,80,host port is 65536",
        "tcp,127.0.0.1,80,-1,guest port is -1",
        "tcp,::1,80,80,host address is '::1'",
        "tcp,localhost,80,80,host address is 'localhost'"
    })
    void forwardMustLeadFromPortToPort(
            String protocol, String address, int hostPort, int guestPort, String message) {
        refused(user(new PortForward(protocol, address, hostPort, guestPort)), message);
    }

    @Test
    void networkMustFit() {
        refused(new Interface("eth0", null, List.of(), null, null), "connected to nothing");
        refused(
                new Interface(
                        "eth0",
                        null,
                        List.of("10.0.2.9/24"),
                        null,
                        new Interface.UserMode(List.of())),
                "10.0.2.9/24",
                "user mode");
        refused(
                new Interface("eth0", null, List.of(), null, new Interface.Tap("a b", null)),
                "tap device is 'a b'");
        refused(
                new Interface("eth0", null, List.of(), null, new Interface.Tap("tap0", "")),
                "bridge is ''");
        refused(
                new Interface(
                        "eth0",
                        null,
                        List.of(),
                        null,
                        new Interface.Namespace(Path.of("netns/blue"), "eth0")),
                "'netns/blue'",
                "absolute");
    }

    @Test
    void nothingMayBeThereTwice() {
        PortForward forward = new PortForward("tcp", "127.0.0.1", 80, 80);
        String mac = "02:00:00:00:00:0a";
        for (List<Interface> twice :
                List.of(
                        List.of(user(), user()),
                        List.of(
                                tap("eth0", mac, null),
                                new Interface(
                                        "eth1",
                                        "02:00:00:00:00:0A",
                                        List.of(),
                                        null,
                                        new Interface.UserMode(List.of()))),
                        List.of(tap("eth0", null, null), tap("eth1", null, null)),
                        List.of(user(forward, forward)))) {
            assertThatThrownBy(() -> NetworkRules.check(twice))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("is there twice");
        }
    }

    @Test
    void routesThatLinuxTakesAreTaken() {
        List<Route> routes =
                List.of(
                        new Route("192.0.2.0/24", null, "eth0", "192.0.2.5", 253),
                        new Route("192.0.2.9/32", "192.0.2.1", "eth0", null, 0),
                        new Route("default", "192.0.2.1", "eth0", null, 0),
                        new Route("default", "fe80::1", "eth0", null, 0),
                        new Route("0.0.0.0/1", null, "lo", null, 0),
                        new Route("fd00::/8", "fe80::1", "eth0", null, 0));
        assertThatCode(() -> RouteRules.check(routes, Set.of("eth0"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "192.0.2.1/24,-,eth0,-,0,destination is '192.0.2.1/24'",
                "192.0.2.1,-,eth0,-,0,destination is '192.0.2.1'",
                "fd00::1/64,-,eth0,-,0,destination is 'fd00::1/64'",
                "Default,-,eth0,-,0,destination is 'Default'",
                "default,gateway,eth0,-,0,gateway is 'gateway'",
                "192.0.2.0/24,fe80::1,eth0,-,0,gateway is 'fe80::1'",
                "192.0.2.0/24,-,eth0,fd00::1,0,source is 'fd00::1'",
                "default,-,eth0,-,256,scope is 256",
                "default,-,eth1,-,0,is on 'eth1'"
            })
    void routeMustBeOne(
            String destination,
            @Nullable String gateway,
            String device,
            @Nullable String source,
            int scope,
            String message) {
        assertThatThrownBy(() ->
                        RouteRules.check(
                                List.of(new Route(destination, gateway, device, source, scope)),
                                Set.of("eth0")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void routeMayNotBeThereTwice() {
        Route route = new Route("default", "192.0.2.1", "eth0", null, 0);
        assertThatThrownBy(() -> RouteRules.check(List.of(route, route), Set.of("eth0")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("route to default is there twice");
    }
}
