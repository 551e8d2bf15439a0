package io.sunaba.itests;

import static io.sunaba.itests.HostClient.accepts;
import static io.sunaba.itests.HostClient.freePort;
import static io.sunaba.itests.HostClient.say;
import static io.sunaba.itests.HostNetwork.own;
import static io.sunaba.itests.HostServers.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Networks of sandboxes, as their containers see them: in user mode, on tap devices, and in the
/// place of a device in a network namespace. With the rights to make such.
class NetworkIT {
    private static final String BRIDGE_ADDRESS = "10.66.0.1";
    private static Installation sunaba;
    private HostNetwork host;

    @BeforeAll
    static void start() throws IOException {
        sunaba = Installation.unpack().cloning();
        sunaba.configure("io.sunaba.core", "network.nameservers", BRIDGE_ADDRESS);
        sunaba.start();
    }

    @AfterAll
    static void stop() {
        sunaba.closeClean();
    }

    @BeforeEach
    void makeHost() {
        host = new HostNetwork();
    }

    @AfterEach
    void removeHost() {
        for (JsonElement each :
                JsonParser.parseString(succeed("sandbox:list | json")).getAsJsonArray()) {
            succeed("sandbox:delete --force " + each.getAsJsonObject().get("id").getAsString());
        }
        assertThat(HostNetwork.devices(""))
                .noneMatch(name -> name.startsWith("snb") || name.startsWith("it"));
        host.close();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    /// Creates and starts a sandbox with one container that does nothing.
    private static void create(String id, String options) {
        succeed("sandbox:create --cpus 1 --memory 160M --id " + id + " " + options);
        succeed(
                "container:create %s c --rootfs %s -- sleep 100000"
                        .formatted(id, Installation.rootfs()));
        succeed("sandbox:start " + id);
    }

    private static Installation.Result attempt(String id, String command) {
        return sunaba.exec("container:exec %s c -- /bin/sh -c '%s'".formatted(id, command));
    }

    private static String in(String id, String command) {
        return attempt(id, command).expectSuccess().text().strip();
    }

    /// Asks until it gets a page: an address of IPv6 is of use once nobody else turns out to have
    /// it, and on a busy host a guest may be slow.
    private static String fetch(String id, String address, int port) {
        String command = "timeout 10 wget -q -O - http://%s:%d/".formatted(address, port);
        StringBuilder page = new StringBuilder();
        Installation.await(
                id + " reaches " + address,
                () -> {
                    page.append(attempt(id, command).text());
                    return !page.isEmpty();
                });
        return page.toString();
    }

    private static String fetchByUdp(String id, String address, int port) {
        in(id, "cd /tmp && tftp -g -r page -l page %s %d".formatted(address, port));
        return in(id, "cat /tmp/page");
    }

    private static void expectUnreachable(String id, String address, int port) {
        assertThat(
                        attempt(id, "timeout 3 wget -q -O - http://%s:%d/".formatted(address, port))
                                .status())
                .as("%s reaches %s", id, address)
                .isNotZero();
    }

    /// Has the container serve a page of its own, with its id.
    private static void serve(String id) {
        in(
                id,
                "mkdir -p /tmp/www && echo page-of-%s >/tmp/www/index.html && cd /tmp/www && (nc -ll -p 80 -e cat index.html </dev/null >/dev/null 2>&1 &)"
                        .formatted(id));
    }

    /// Returns how many datagrams came for ports on which nobody listens.
    private static long datagrams(String id) {
        String[] lines = in(id, "grep ^Udp: /proc/net/snmp").lines().toArray(String[]::new);
        List<String> names = List.of(lines[0].split(" ", -1));
        String[] values = lines[1].split(" ", -1);
        return Long.parseLong(values[names.indexOf("NoPorts")]);
    }

    private static void killAndStart() {
        sunaba.killDaemon();
        sunaba.start();
    }

    // ---- user mode -----------------------------------------------------------------------------

    @Test
    void userMode() throws IOException {
        int tcp = freePort();
        int udp = freePort();
        create("user", "");
        assertThat(in("user", "ls /sys/class/net")).isEqualTo("lo");
        try (HostServers servers = new HostServers("127.0.0.1")) {
            succeed(
                    "interface:add user --name net0 --publish %d:80 --publish %d:4000/udp"
                            .formatted(tcp, udp));
            assertThat(in("user", "ip -4 -o addr show net0")).contains("10.0.2.15/24");
            assertThat(in("user", "cat /sys/class/net/net0/mtu")).isEqualTo("1500");
            assertThat(in("user", "ip route")).contains("default via 10.0.2.2 dev net0");
            assertThat(in("user", "cat /etc/resolv.conf")).contains("nameserver 10.0.2.3");
            assertThat(fetch("user", "10.0.2.2", servers.httpPort())).isEqualTo(PAGE);
            assertThat(fetchByUdp("user", "10.0.2.2", servers.tftpPort())).isEqualTo(PAGE);
            serve("user");
            Installation.await("the page", () -> say("127.0.0.1", tcp).equals("page-of-user"));
            long before = datagrams("user");
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(
                        new DatagramPacket(
                                new byte[] {1}, 1, InetAddress.getLoopbackAddress(), udp));
            }
            Installation.await("the datagram", () -> datagrams("user") > before);

            killAndStart();
            assertThat(succeed("interface:list user"))
                    .contains("net0", "10.0.2.15/24", ":" + tcp + ":80/tcp");
            assertThat(fetch("user", "10.0.2.2", servers.httpPort())).isEqualTo(PAGE);
            assertThat(say("127.0.0.1", tcp)).isEqualTo("page-of-user");

            succeed("sandbox:stop --force user");
            succeed("sandbox:start user");
            assertThat(fetch("user", "10.0.2.2", servers.httpPort())).isEqualTo(PAGE);
            assertThat(in("user", "cat /etc/resolv.conf")).contains("nameserver 10.0.2.3");

            assertThat(accepts(tcp)).isTrue();
            succeed("interface:remove user net0");
            assertThat(in("user", "ls /sys/class/net")).isEqualTo("lo");
            assertThat(in("user", "ip route")).isEmpty();
            expectUnreachable("user", "10.0.2.2", servers.httpPort());
            assertThat(accepts(tcp)).isFalse();
            sunaba.exec("interface:remove user net0").expectOneLine("user", "net0");
            succeed("interface:add user --name net0 --publish %d:80".formatted(tcp));
            assertThat(fetch("user", "10.0.2.2", servers.httpPort())).isEqualTo(PAGE);
        }
    }

    @Test
    void runWithANetwork() {
        try (HostServers servers = new HostServers("127.0.0.1")) {
            assertThat(
                            succeed(
                                    "sandbox:run --memory 160M --network user --rootfs %s -- wget -q -O - http://10.0.2.2:%d/"
                                            .formatted(Installation.rootfs(), servers.httpPort())))
                    .contains(PAGE);
        }
    }

    @Test
    void clonesOfTemplates() {
        succeed("template:create --cpus 1 --memory 160M");
        try (HostServers servers = new HostServers("127.0.0.1")) {
            for (String id : List.of("clone1", "clone2")) {
                create(id, "--factory template --network user");
                assertThat(log()).contains("cloned in");
                assertThat(fetch(id, "10.0.2.2", servers.httpPort())).isEqualTo(PAGE);
            }
            assertThat(in("clone1", "cat /sys/class/net/eth0/address"))
                    .isNotEqualTo(in("clone2", "cat /sys/class/net/eth0/address"));
            succeed("interface:remove clone1 eth0");
            expectUnreachable("clone1", "10.0.2.2", servers.httpPort());
            assertThat(fetch("clone2", "10.0.2.2", servers.httpPort())).isEqualTo(PAGE);
        }
        succeed("sandbox:delete --force clone1");
        succeed("sandbox:delete --force clone2");
        succeed(
                "template:delete "
                        + succeed("template:list")
                                .lines()
                                .skip(1)
                                .findFirst()
                                .orElseThrow()
                                .replaceFirst(" .*", ""));
    }

    private static String log() {
        try {
            return Files.readString(sunaba.data().resolve("log/sunaba.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- tap devices ---------------------------------------------------------------------------

    @Test
    void tapsOnABridge() {
        String bridge = host.bridge("ib", BRIDGE_ADDRESS + "/24", "fd66::1/64");
        create(
                "one",
                "--network tap=%s,bridge=%s,address=10.66.0.2/24,address=fd66::2/64,mtu=1400"
                        .formatted(own("it1"), bridge));
        create("two", "");
        succeed(
                "interface:add two --type tap --tap %s --bridge %s --address 10.66.0.3/24 --mac 02:00:00:66:00:03"
                        .formatted(own("it2"), bridge));
        assertThat(succeed("interface:list two"))
                .contains(
                        "eth0",
                        "02:00:00:66:00:03",
                        "10.66.0.3/24",
                        "tap " + own("it2") + " on " + bridge);
        try (HostServers servers = new HostServers(BRIDGE_ADDRESS).withDns();
                HostServers six = new HostServers("fd66::1")) {
            assertThat(in("one", "cat /sys/class/net/eth0/mtu")).isEqualTo("1400");
            assertThat(in("two", "cat /sys/class/net/eth0/address")).isEqualTo("02:00:00:66:00:03");
            assertThat(fetch("one", BRIDGE_ADDRESS, servers.httpPort())).isEqualTo(PAGE);
            assertThat(fetchByUdp("one", BRIDGE_ADDRESS, servers.tftpPort())).isEqualTo(PAGE);
            assertThat(fetch("one", "[fd66::1]", six.httpPort())).isEqualTo(PAGE);
            for (String id : List.of("one", "two")) {
                assertThat(in(id, "cat /etc/resolv.conf")).contains("nameserver " + BRIDGE_ADDRESS);
                assertThat(attempt(id, "nslookup " + HostServers.NAME).text())
                        .contains(HostServers.NAMED);
            }
            serve("two");
            Installation.await("the page", () -> say("10.66.0.3", 80).equals("page-of-two"));
            Installation.await(
                    "one reaches two",
                    () ->
                            attempt("one", "nc -w 10 10.66.0.3 80 </dev/null")
                                    .text()
                                    .strip()
                                    .equals("page-of-two"));
            assertThat(in("two", "ping -c 1 -W 10 10.66.0.2")).contains("1 packets received");
            killAndStart();
            assertThat(fetch("one", BRIDGE_ADDRESS, servers.httpPort())).isEqualTo(PAGE);
            succeed("interface:remove one eth0");
            expectUnreachable("one", BRIDGE_ADDRESS, servers.httpPort());
            assertThat(fetch("two", BRIDGE_ADDRESS, servers.httpPort())).isEqualTo(PAGE);
            assertThat(HostNetwork.devices("")).contains(own("it2")).doesNotContain(own("it1"));
        }
    }

    // ---- namespaces ----------------------------------------------------------------------------

    @Test
    void namespacesAreApart() {
        String first = host.namespace("in1", "10.77.0.2", "10.77.0.1", "ip1", "");
        host.addSix(first, "ip1", "fd77::2", "fd77::1");
        host.namespace("irt");
        String second = host.namespace("in2", "10.77.0.3", "10.77.0.1", "ip2", "irt");
        String inFirst = "nsenter --net=" + HostNetwork.file(first) + " ";
        List<String> before = HostNetwork.devices(inFirst);
        create("first", "--network netns=" + HostNetwork.file(first));
        create("second", "--network netns=" + HostNetwork.file(second));
        try (HostServers servers = new HostServers("10.77.0.1").withDns();
                HostServers six = new HostServers("fd77::1")) {
            assertThat(in("first", "ip -4 -o addr show eth0")).contains("10.77.0.2/24");
            assertThat(in("first", "cat /sys/class/net/eth0/mtu")).isEqualTo("1420");
            assertThat(succeed("interface:list first")).contains(mac(first));
            assertThat(in("first", "ip route")).contains("default via 10.77.0.1 dev eth0");
            assertThat(fetch("first", "10.77.0.1", servers.httpPort())).isEqualTo(PAGE);
            assertThat(fetchByUdp("first", "10.77.0.1", servers.tftpPort())).isEqualTo(PAGE);
            assertThat(fetch("first", "[fd77::1]", six.httpPort())).isEqualTo(PAGE);
            assertThat(in("first", "cat /etc/resolv.conf"))
                    .contains("nameserver " + BRIDGE_ADDRESS);
            assertThat(attempt("first", "nslookup " + HostServers.NAME + " 10.77.0.1").text())
                    .contains(HostServers.NAMED);
            serve("first");
            Installation.await("the page", () -> say("10.77.0.2", 80).equals("page-of-first"));
            assertThat(in("second", "ping -c 1 -W 10 10.77.0.1")).contains("1 packets received");
            expectUnreachable("second", "10.77.0.1", servers.httpPort());
            serve("second");
            assertThat(attempt("first", "nc -w 2 10.77.0.3 80 </dev/null").status()).isNotZero();
            assertThat(attempt("second", "ping -c 1 -W 2 10.77.0.2").status()).isNotZero();
            killAndStart();
            assertThat(fetch("first", "10.77.0.1", servers.httpPort())).isEqualTo(PAGE);
            succeed("interface:remove first eth0");
            expectUnreachable("first", "10.77.0.1", servers.httpPort());
            assertThat(HostNetwork.devices(inFirst)).isEqualTo(before);
            assertThat(HostNetwork.run(HostNetwork.words(inFirst + "tc qdisc show dev eth0")))
                    .doesNotContain("ingress");
        }
    }

    private static String mac(String namespace) {
        Matcher address =
                Pattern.compile("link/ether ([0-9a-f:]+)")
                        .matcher(
                                HostNetwork.run(
                                        HostNetwork.words(
                                                "ip -n " + namespace + " link show eth0")));
        assertThat(address.find()).isTrue();
        return address.group(1);
    }

    // ---- routes and mistakes -------------------------------------------------------------------

    @Test
    void routes() {
        create("routed", "--network user");
        assertThat(succeed("route:list routed")).containsPattern("default +10.0.2.2 +eth0");
        succeed("route:update routed 10.9.0.0/16,via=10.0.2.9,dev=eth0 192.0.2.0/24,dev=eth0");
        assertThat(in("routed", "ip route"))
                .contains("10.9.0.0/16 via 10.0.2.9", "192.0.2.0/24 dev eth0")
                .doesNotContain("default");
        succeed("sandbox:stop --force routed");
        succeed("sandbox:start routed");
        assertThat(in("routed", "ip route")).contains("10.9.0.0/16 via 10.0.2.9");
        succeed("route:update routed --clear");
        assertThat(succeed("route:list routed")).doesNotContain("default", "10.9.0.0/16");
    }

    @Test
    void badInput() {
        create("strict", "--network user");
        String before = succeed("interface:list strict | json");
        String mac = in("strict", "cat /sys/class/net/eth0/address");
        String taken = own("it9");
        HostNetwork.ip("link add " + taken + " type bridge");
        try {
            for (String[] each :
                    new String[][] {
                        {"--name eth0", "eth0", "already"},
                        {"--name lo", "'lo'"},
                        {"--name sixteen-letters-", "sixteen-letters-"},
                        {"--mac " + mac, mac},
                        {"--mac 01:00:00:00:00:01", "01:00:00:00:00:01"},
                        {"--mtu 67", "67"},
                        {"--mtu 1501", "1501"},
                        {"--publish 0:80", "host port is 0"},
                        {"--publish 8080:65536", "65536"},
                        {"--type tap --tap itx --address 10.1.0.2", "10.1.0.2"},
                        {"--type tap --tap itx --address 300.1.0.2/8", "300.1.0.2/8"},
                        {"--type tap --tap itx --bridge itnone", "itnone"},
                        {"--type tap --tap " + taken, taken, "no tap device"},
                        {"--type netns --netns /run/netns/itnone", "/run/netns/itnone"},
                    }) {
                sunaba.exec("interface:add strict " + each[0])
                        .expectOneLine(
                                List.of(each).subList(1, each.length).toArray(String[]::new));
                assertThat(succeed("interface:list strict | json")).as(each[0]).isEqualTo(before);
            }
            String routes = succeed("route:list strict | json");
            for (String[] each :
                    new String[][] {
                        {"10.0.0.1/24,dev=eth0", "10.0.0.1/24"},
                        {"fd00::/129,dev=eth0", "fd00::/129"},
                        {"default,via=gateway,dev=eth0", "'gateway'"},
                        {"10.0.0.0/8,via=fe80::1,dev=eth0", "fe80::1"},
                        {"default,dev=eth9", "'eth9'"},
                        {"default,via=10.0.2.2", "dev=NAME"},
                        {"default,via=203.0.113.1,dev=eth0", "route"},
                    }) {
                sunaba.exec("route:update strict " + each[0]).expectOneLine(each[1]);
                assertThat(succeed("route:list strict | json")).as(each[0]).isEqualTo(routes);
            }
            sunaba.exec("interface:remove strict eth7").expectOneLine("strict", "eth7");
            sunaba.exec("sandbox:create --id never --network tap=itx,address=nonsense")
                    .expectOneLine("nonsense");
            assertThat(sunaba.machines()).hasSize(1);
        } finally {
            HostNetwork.ip("link delete " + taken);
        }
    }
}
