package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;
import static io.sunaba.tck.hypervisor.Machines.withAbility;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.hypervisor.UserModeNetworks;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Network interfaces come and go. Not run on hypervisors without the ability.
///
/// The fixture's guest need not have a driver for them: what is seen is what the host has of them.
final class InterfaceChecks {
    private static final String LOCAL = "127.0.0.1";
    private static final String SUBNET = "10.0.7.0/24";

    private InterfaceChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check(
                        "takes networks in user mode, or refuses them",
                        withAbility(InterfaceHotplug.class, InterfaceChecks::userMode)),
                check("plugs and unplugs interfaces", with(InterfaceChecks::interfaces)),
                check(
                        "forwards ports for as long as their interface is plugged",
                        with(InterfaceChecks::forwards)),
                check(
                        "refuses interfaces that break a rule, and plugs nothing",
                        with(InterfaceChecks::badInterfaces)),
                check(
                        "plugs no interface whose address or port is taken",
                        with(InterfaceChecks::taken)),
                check(
                        "knows interfaces that are plugged when opened again",
                        InterfaceChecks::reopened));
    }

    private static Machines.Use with(Machines.AbilityUse<InterfaceHotplug> use) {
        Machines.Use whole = withAbility(InterfaceHotplug.class, use);
        return (fixture, hypervisor) -> {
            if (hasUserMode(hypervisor)) {
                whole.of(fixture, hypervisor);
            }
        };
    }

    static boolean hasUserMode(Hypervisor hypervisor) throws InterruptedException {
        return hypervisor
                .capabilities()
                .abilities()
                .containsAll(Set.of(InterfaceHotplug.class, UserModeNetworks.class));
    }

    private static void userMode(
            HypervisorFixture fixture, Machine machine, InterfaceHotplug hotplug) throws Exception {
        try {
            hotplug.plugInterface(spec("eth0", 1));
        } catch (RejectedException e) {
            Expect.failure(
                    RejectedException.class,
                    "ability that was refused",
                    () -> machine.ability(UserModeNetworks.class));
            Expect.names(e, "eth0");
            Expect.names(e, machine.id());
        }
    }

    static String mac(int number) {
        return "02:00:00:00:%02x:%02x".formatted(number >> 8, number & 0xff);
    }

    /// Returns an interface with a network in user mode.
    static InterfaceSpec spec(String id, int number, PortForward... forwards) {
        return new InterfaceSpec(id, mac(number), 1500, new UserMode(SUBNET, List.of(forwards)));
    }

    private static void interfaces(
            HypervisorFixture fixture, Machine machine, InterfaceHotplug hotplug) throws Exception {
        hotplug.unplugInterface("never-plugged");
        Set<PciPath> paths = new HashSet<>();
        for (int mtu : new int[] {68, 1280, 1500, 9000, 65535}) {
            InterfaceSpec spec =
                    new InterfaceSpec("mtu-" + mtu, mac(mtu), mtu, new UserMode(SUBNET, List.of()));
            Expect.that(paths.add(hotplug.plugInterface(spec)), "each has a slot of its own");
        }
        PciPath first = hotplug.plugInterface(spec("again", 1));
        hotplug.unplugInterface("again");
        Expect.equal("slot", first, hotplug.plugInterface(spec("again", 1)));
        hotplug.unplugInterface("again");
        hotplug.unplugInterface("again");
        machine.pause();
        Expect.that(
                paths.add(hotplug.plugInterface(spec("while-paused", 2))),
                "a paused machine takes interfaces");
        Expect.failure(
                ConflictException.class,
                "unplug from a paused machine",
                () -> hotplug.unplugInterface("while-paused"));
        machine.resume();
        hotplug.unplugInterface("while-paused");
    }

    private static void forwards(
            HypervisorFixture fixture, Machine machine, InterfaceHotplug hotplug) throws Exception {
        PortForward stream = new PortForward("tcp", LOCAL, freePort(), 80);
        PortForward datagrams = new PortForward("udp", LOCAL, freePort(), 53);
        hotplug.plugInterface(spec("eth0", 1, stream, datagrams));
        Expect.failure(IOException.class, "TCP port in use", () -> listen(stream).close());
        Expect.failure(IOException.class, "UDP port in use", () -> bind(datagrams).close());
        hotplug.unplugInterface("eth0");
        listen(stream).close();
        bind(datagrams).close();
        // The same again, so nothing of it was left.
        hotplug.plugInterface(spec("eth0", 1, stream, datagrams));
        machine.stop();
        listen(stream).close();
        bind(datagrams).close();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static InetSocketAddress address(PortForward forward) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), forward.hostPort());
    }

    private static ServerSocket listen(PortForward forward) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(address(forward));
        return socket;
    }

    private static DatagramSocket bind(PortForward forward) throws IOException {
        return new DatagramSocket(new InetSocketAddress(forward.hostAddress(), forward.hostPort()));
    }

    private static void badInterfaces(
            HypervisorFixture fixture, Machine machine, InterfaceHotplug hotplug) throws Exception {
        UserMode network = new UserMode(SUBNET, List.of());
        for (String id : List.of("", "A", "1a", "../a", "a".repeat(33), "a b")) {
            rejects(hotplug, new InterfaceSpec(id, mac(1), 1500, network), id);
        }
        for (String mac :
                List.of(
                        "",
                        "2:0:0:0:0:1",
                        "02:00:00:00:00",
                        "02-00-00-00-00-01",
                        "gg:00:00:00:00:01",
                        "01:00:00:00:00:01",
                        "ff:ff:ff:ff:ff:ff",
                        "00:00:00:00:00:00")) {
            rejects(hotplug, new InterfaceSpec("a", mac, 1500, network), mac);
        }
        for (int mtu : new int[] {-1, 0, 67, 65536}) {
            rejects(hotplug, new InterfaceSpec("a", mac(1), mtu, network), String.valueOf(mtu));
        }
        for (String subnet :
                List.of(
                        "",
                        "10.0.7.0",
                        "10.0.7.1/24",
                        "10.0.7.0/33",
                        "10.0.256.0/24",
                        "fd00::/64",
                        "any")) {
            UserMode wrong = new UserMode(subnet, List.of());
            rejects(hotplug, new InterfaceSpec("a", mac(1), 1500, wrong), subnet);
        }
        rejects(hotplug, spec("a", 1, new PortForward("sctp", LOCAL, 1, 1)), "sctp");
        rejects(hotplug, spec("a", 1, new PortForward("tcp", "nowhere", 1, 1)), "nowhere");
        rejects(hotplug, spec("a", 1, new PortForward("tcp", LOCAL, 0, 1)), "0");
        rejects(hotplug, spec("a", 1, new PortForward("tcp", LOCAL, 1, 65536)), "65536");
        // None of them left anything that is in the way.
        hotplug.plugInterface(spec("a", 1));
    }

    private static void rejects(InterfaceHotplug hotplug, InterfaceSpec spec, String value) {
        Expect.names(
                Expect.failure(
                        RejectedException.class,
                        "interface with '" + value + "'",
                        () -> hotplug.plugInterface(spec)),
                value);
    }

    private static void taken(HypervisorFixture fixture, Machine machine, InterfaceHotplug hotplug)
            throws Exception {
        hotplug.plugInterface(spec("eth0", 0xab));
        conflicts(hotplug, spec("eth0", 2), "eth0");
        InterfaceSpec same = spec("eth1", 0xab);
        conflicts(hotplug, same, mac(0xab));
        conflicts(
                hotplug,
                new InterfaceSpec("eth1", "02:00:00:00:00:AB", 1500, same.backend()),
                mac(0xab));
        PortForward stream = new PortForward("tcp", LOCAL, freePort(), 80);
        PortForward datagrams = new PortForward("udp", LOCAL, freePort(), 53);
        PortForward free = new PortForward("tcp", LOCAL, freePort(), 81);
        try (ServerSocket _ = listen(stream)) {
            conflicts(hotplug, spec("eth1", 1, free, stream), String.valueOf(stream.hostPort()));
        }
        try (DatagramSocket _ = bind(datagrams)) {
            conflicts(
                    hotplug,
                    spec("eth1", 1, free, datagrams),
                    String.valueOf(datagrams.hostPort()));
        }
        // None of them left anything, the ports that were free are so again.
        listen(free).close();
        hotplug.plugInterface(spec("eth1", 1, free, stream, datagrams));
        hotplug.unplugInterface("eth0");
        hotplug.plugInterface(spec("eth2", 0xab));
    }

    private static void conflicts(InterfaceHotplug hotplug, InterfaceSpec spec, String value) {
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "interface with " + value,
                        () -> hotplug.plugInterface(spec)),
                value);
    }

    private static void reopened(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        if (!hasUserMode(hypervisor)) {
            return;
        }
        Hypervisor first = fixture.open();
        Machine before = Machines.createUp(fixture, first);
        // A record from before the change: the platform may have died before it kept the new one.
        MachineRecord old = before.record();
        PortForward forward = new PortForward("tcp", LOCAL, freePort(), 80);
        PciPath path =
                before.ability(InterfaceHotplug.class).plugInterface(spec("kept", 1, forward));
        fixture.close(first);
        Machine after = hypervisor.attach(old);
        InterfaceHotplug hotplug = after.ability(InterfaceHotplug.class);
        conflicts(hotplug, spec("kept", 2), "kept");
        conflicts(hotplug, spec("other", 1), mac(1));
        Expect.that(
                !path.equals(hotplug.plugInterface(spec("other", 2))),
                "its slot is known to be taken");
        hotplug.unplugInterface("kept");
        listen(forward).close();
        Expect.equal("slot", path, hotplug.plugInterface(spec("kept", 1, forward)));
        after.stop();
    }
}
