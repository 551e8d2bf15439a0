package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Interface;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkInterfacesTest {
    private static final String MAC = "02:00:00:00:00:0a";
    private static final String OTHER_MAC = "02:00:00:00:00:0b";
    private static final int UP = 1;
    private static final int BROADCAST = 2;

    @TempDir private Path files;
    private NetworkNamespace namespace;
    private Network network;

    @BeforeEach
    void open() throws Exception {
        namespace = new NetworkNamespace();
        network = network(() -> {});
        namespace.run(() -> namespace.plug("plug0", MAC));
    }

    private Network network(LinkFinder.DriverLoader drivers) throws IOException {
        NetworkFiles networkFiles = new NetworkFiles(files);
        networkFiles.create("blue", List.of());
        networkFiles.provide();
        LinkFinder finder = new LinkFinder(namespace.calls(), drivers, Duration.ofSeconds(10));
        return new Network(namespace.calls(), finder, networkFiles);
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private static Interface.Builder eth0(String... addresses) {
        Interface.Builder message = Interface.newBuilder().setName("eth0").setHwAddr(MAC);
        for (String address : addresses) {
            int slash = address.indexOf('/');
            message.addIPAddresses(
                    IPAddress.newBuilder()
                            .setFamily(address.contains(":") ? IPFamily.v6 : IPFamily.v4)
                            .setAddress(address.substring(0, slash))
                            .setMask(address.substring(slash + 1)));
        }
        return message;
    }

    private Interface update(Interface.Builder message) throws Exception {
        return namespace.call(() -> network.updateInterface(message.build()));
    }

    private static List<String> addresses(Interface message) {
        return message.getIPAddressesList().stream()
                .map(address -> address.getAddress() + "/" + address.getMask())
                .filter(address -> !address.startsWith("fe80:"))
                .toList();
    }

    private Interface find(String mac) throws Exception {
        return namespace.call(network::interfaces).stream()
                .filter(one -> one.getHwAddr().equals(mac))
                .findFirst()
                .orElseThrow();
    }

    private String sysctl(String key) throws Exception {
        return namespace.call(
                () -> Files.readString(Path.of("/proc/sys/net/ipv6/conf", key)).strip());
    }

    @Test
    void anInterfaceBecomesWhatTheHostSays() throws Exception {
        Interface eth0 = update(eth0("10.0.2.15/24", "fd00::15/64").setMtu(1400));

        assertThat(eth0.getName()).isEqualTo("eth0");
        assertThat(eth0.getHwAddr()).isEqualTo(MAC);
        assertThat(eth0.getMtu()).isEqualTo(1400);
        assertThat(eth0.getRawFlags() & UP).isEqualTo(UP);
        assertThat(addresses(eth0)).containsExactlyInAnyOrder("10.0.2.15/24", "fd00::15/64");
        assertThat(eth0.getIPAddressesList())
                .allSatisfy(address ->
                        assertThat(address.getFamily() == IPFamily.v6)
                                .isEqualTo(address.getAddress().contains(":")));
        assertThat(find(MAC).getName()).isEqualTo("eth0");
        assertThat(addresses(find(MAC))).isEqualTo(addresses(eth0));
        assertThat(namespace.call(network::interfaces))
                .extracting(Interface::getName)
                .contains("lo");
        assertThat(files.resolve("hosts")).content().contains("10.0.2.15\tblue\nfd00::15\tblue\n");
        assertThat(sysctl("eth0/accept_ra")).isEqualTo("0");
    }

    @Test
    void newIpv6AddressesCanBeUsedAtOnce() throws Exception {
        update(eth0("fd00::15/64"));

        String line =
                namespace.call(() ->
                        Files.readAllLines(Path.of("/proc/thread-self/net/if_inet6")).stream()
                                .filter(one -> one.startsWith("fd00"))
                                .findFirst()
                                .orElseThrow());
        // Index, prefix length, scope and flags: neither tentative (40) nor failed (08).
        int flags = Integer.parseInt(line.split(" +", -1)[4], 16);
        assertThat(flags & 0x48).isZero();
    }

    @Test
    void addressesAreReplaced() throws Exception {
        update(eth0("10.0.2.15/24", "10.0.2.16/24", "10.0.3.15/24", "fd00::15/64"));

        // The first of a network takes the others of it with it.
        assertThat(addresses(update(eth0("10.0.2.16/24", "10.0.3.15/16", "fd00::16/64"))))
                .containsExactlyInAnyOrder("10.0.2.16/24", "10.0.3.15/16", "fd00::16/64");
        Interface again = update(eth0("10.0.2.16/24", "10.0.3.15/16", "fd00::16/64"));
        assertThat(addresses(again)).hasSize(3);
    }

    @Test
    void anInterfaceCanBeLetGo() throws Exception {
        update(eth0("10.0.2.15/24", "fd00::15/64"));

        Interface empty = update(eth0());
        assertThat(addresses(empty)).isEmpty();
        assertThat(empty.getRawFlags() & UP).as("flags not named").isEqualTo(UP);
        Interface down = update(eth0().setRawFlags(BROADCAST));
        assertThat(down.getRawFlags() & UP).isZero();
        assertThat(files.resolve("hosts")).content().contains("127.0.1.1\tblue");
        assertThat(update(eth0().setRawFlags(BROADCAST | UP)).getRawFlags() & UP).isEqualTo(UP);
    }

    @Test
    void whatIsNotSaidStays() throws Exception {
        update(eth0("10.0.2.15/24").setMtu(1400));

        Interface same = update(eth0("10.0.2.15/24").setName(""));
        assertThat(same.getName()).isEqualTo("eth0");
        assertThat(same.getMtu()).isEqualTo(1400);
        Interface renamed = update(eth0("10.0.2.15/24").setName("lan0"));
        assertThat(renamed.getName()).as("of one that is up").isEqualTo("lan0");
        assertThat(addresses(renamed)).containsExactly("10.0.2.15/24");
    }

    @Test
    void anInterfaceThatIsBeingPluggedIsWaitedFor() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Network waiting =
                network(() ->
                        new Thread(
                                        () -> {
                                            try {
                                                namespace.plug("other", "02:00:00:00:00:0c");
                                                namespace.plug("late", OTHER_MAC);
                                            } catch (IOException e) {
                                                failure.set(e);
                                            }
                                        })
                                .start());

        Interface eth1 =
                namespace.call(() ->
                        waiting.updateInterface(
                                eth0("10.0.9.15/24")
                                        .setName("eth1")
                                        .setHwAddr(OTHER_MAC.toUpperCase(Locale.ROOT))
                                        .build()));
        assertThat(failure.get()).isNull();
        assertThat(eth1.getName()).isEqualTo("eth1");
        assertThat(eth1.getHwAddr()).isEqualTo(OTHER_MAC);
    }

    @Test
    void anInterfaceThatDoesNotComeIsNotWaitedForForEver() throws Exception {
        LinkFinder finder = new LinkFinder(namespace.calls(), () -> {}, Duration.ofMillis(50));

        assertThatThrownBy(() -> namespace.call(() -> finder.await(OTHER_MAC)))
                .hasMessage(
                        "NOT_FOUND: no interface with MAC address 02:00:00:00:00:0b came within 50"
                                + " ms");
    }

    @Test
    void anAddressThatTwoInterfacesHaveFindsNone() throws Exception {
        namespace.run(() -> namespace.plug("twin", MAC));

        assertThatThrownBy(() -> update(eth0()))
                .hasMessage(
                        "FAILED_PRECONDITION: MAC address 02:00:00:00:00:0a is that of interfaces"
                                + " plug0 and twin");
    }

    @Test
    void whatIsMalformedIsRefusedAndNothingChanged() throws Exception {
        Interface before = update(eth0("10.0.2.15/24", "fd00::15/64").setMtu(1400));

        String[][] addresses = {
            {"10.0.2/24", "'10.0.2' is no IPv4 address"},
            {"dns.example.org/24", "'dns.example.org' is no IPv4 address"},
            {"fd00::x/64", "'fd00::x' is no IPv6 address"},
            {"10.0.2.16/33", "the prefix length '33' is not a number from 0 to 32"},
            {"10.0.2.16/-1", "the prefix length '-1'"},
            {"10.0.2.16/", "the prefix length ''"},
            {"fd00::16/129", "the prefix length '129' is not a number from 0 to 128"},
            {"fd00::16/99999999999", "the prefix length '99999999999'"},
            {"224.0.0.1/24", "address 224.0.0.1 cannot be an interface's"},
            {"::/64", "address :: cannot be an interface's"},
        };
        for (String[] bad : addresses) {
            refused(eth0("10.0.9.15/24", bad[0]), bad[1]);
        }
        refused(eth0("10.0.9.15/24", "10.0.9.15/24"), "address 10.0.9.15/24 is given twice");
        refused(
                eth0().addIPAddresses(IPAddress.newBuilder().setAddress("fd00::1").setMask("64")),
                "'fd00::1' is no IPv4 address");
        refused(
                eth0(Collections.nCopies(65, "10.0.9.15/24").toArray(String[]::new)),
                "65 addresses are more than 64");
        for (String mac :
                List.of("", "02:00", MAC + ":00", "02-00-00-00-00-0a", "x".repeat(1000))) {
            refused(eth0().setHwAddr(mac), "the MAC address '");
        }
        for (String name : List.of("0123456789abcdef", "a/b", "a b", "..", "all", "eth%d", "é")) {
            refused(eth0().setName(name), "'" + name + "' is no name for an interface");
        }
        refused(eth0().setMtu(67), "MTU 67 of interface eth0 is not from 68 to 65535");
        refused(eth0().setMtu(65_536), "MTU 65536 of interface eth0 is not from 68 to 65535");
        refused(eth0().setMtu(-1), "MTU 18446744073709551615 is none");
        refused(eth0().setHwAddr("00:00:00:00:00:00"), "interface lo is this machine's own");

        assertThat(find(MAC)).isEqualTo(before);
    }

    private void refused(Interface.Builder message, String text) {
        assertThatThrownBy(() -> update(message))
                .hasMessageStartingWith("INVALID_ARGUMENT: ")
                .hasMessageContaining(text);
    }

    @Test
    void aNameThatAnotherHasIsRefused() throws Exception {
        namespace.run(() -> namespace.plug("eth0", OTHER_MAC));
        Interface before = find(MAC);

        assertThatThrownBy(() -> update(eth0("10.0.2.15/24")))
                .hasMessage(
                        "ALREADY_EXISTS: interface eth0 exists, with MAC address "
                                + OTHER_MAC
                                + " instead of "
                                + MAC);
        assertThat(find(MAC)).isEqualTo(before);
    }

    @Test
    void whatFailsHalfWayIsPutBack() throws Exception {
        Interface before = update(eth0("10.0.2.15/24"));

        // No IPv6 over links that narrow: known to the kernel when all else is done.
        assertThatThrownBy(
                        () -> update(eth0("10.0.9.15/24", "fd00::9/64").setName("x").setMtu(1000)))
                .hasMessageStartingWith("INVALID_ARGUMENT: add address fd00::9/64 to interface");
        Interface after = find(MAC);
        assertThat(after.getName()).isEqualTo("eth0");
        assertThat(after.getMtu()).isEqualTo(before.getMtu());
        assertThat(addresses(after)).containsExactly("10.0.2.15/24");
        assertThat(after.getRawFlags() & UP).isEqualTo(UP);
    }

    @Test
    void aHostNameLeadsOnlyToInterfacesThatAreThere() throws Exception {
        update(eth0("10.0.2.15/24"));

        namespace.run(() -> {
            namespace.unplug("eth0");
            network.forgetIfGone(new Uevents.Event("remove", "/devices/x/net/eth0", ""));
        });
        assertThat(files.resolve("hosts")).content().contains("127.0.1.1\tblue");
    }
}
