package io.sunaba.core.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On real devices and namespaces, with the rights to make them. Names are those of this process,
/// so that nobody else's are touched.
class LinuxNetworksTest {
    private static final String OWN = Long.toString(ProcessHandle.current().pid(), 36);
    private static final String TAP = "tt" + OWN;
    private static final String BRIDGE = "tb" + OWN;
    private static final String OTHER_BRIDGE = "tc" + OWN;
    private static final String SPACE = "tn" + OWN;
    private static final Path FILE = Path.of("/run/netns", SPACE);
    private static final String MAC = "02:00:00:00:00:0a";
    private static final List<String> NAME_SERVERS = List.of("192.0.2.53");

    @TempDir Path directory;
    private final LinuxNetworks networks = new LinuxNetworks(() -> NAME_SERVERS);

    /// Fails at one command, and at all after it if it was killed.
    private static final class FailingTools extends HostTools {
        private final boolean killed;
        private int left;
        private boolean failed;

        FailingTools(int number, boolean killed) {
            this.left = number;
            this.killed = killed;
        }

        @Override
        void run(@Nullable Path namespace, String... command) throws InterruptedException {
            if ((killed && failed) || --left == 0) {
                failed = true;
                throw new UnavailableException("injected at " + String.join(" ", command));
            }
            super.run(namespace, command);
        }
    }

    @BeforeEach
    void makeBridgeAndNamespace() throws Exception {
        clear();
        ip("link add", BRIDGE, "type bridge");
        ip("link set", BRIDGE, "mtu 1400 up");
        ip("netns add", SPACE);
        ip("-n", SPACE, "link add veth0 address", MAC, "mtu 1380 type veth peer name peer0");
        ip("-n", SPACE, "link set peer0 up");
        ip("-n", SPACE, "link set veth0 up");
        ip("-n", SPACE, "address add 10.9.0.2/24 dev veth0");
        ip("-n", SPACE, "address add fd09::2/64 dev veth0 nodad");
        ip("-n", SPACE, "route add 10.8.0.1 dev veth0 scope link");
        ip("-n", SPACE, "route add 10.7.0.0/16 via 10.8.0.1 dev veth0 src 10.9.0.2");
        ip("-n", SPACE, "route add default via 10.9.0.1");
        ip("-n", SPACE, "-6 route add default via fd09::1");
    }

    @AfterEach
    void clear() throws Exception {
        for (String device : List.of(TAP, BRIDGE, OTHER_BRIDGE)) {
            attempt("ip link delete " + device);
        }
        attempt("ip netns delete " + SPACE);
    }

    private static void ip(String... words) throws Exception {
        String command = "ip " + String.join(" ", words);
        assertThat(attempt(command)).as(command).isZero();
    }

    private static int attempt(String command) throws Exception {
        return process(command).waitFor();
    }

    private static Process process(String command) throws IOException {
        return new ProcessBuilder(command.split(" +"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<JsonObject> json(String command) throws Exception {
        Process process = process(command);
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(command).isZero();
        JsonElement parsed = JsonParser.parseString(output.isBlank() ? "[]" : output);
        return (parsed.isJsonNull() ? new JsonArray() : parsed.getAsJsonArray())
                .asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    /// All of the devices of a namespace that a network may change.
    private static Map<String, String> state(String inNamespace) throws Exception {
        Map<String, String> devices = new TreeMap<>();
        for (JsonObject each : json(inNamespace + "ip -j -d address show")) {
            if (!each.has("ifname") || foreign(inNamespace, each.get("ifname").getAsString())) {
                continue;
            }
            devices.put(
                    each.get("ifname").getAsString(),
                    "%s %s %s %s"
                            .formatted(
                                    each.get("mtu"),
                                    each.get("master"),
                                    each.getAsJsonArray("flags").asList().stream()
                                            .anyMatch(flag -> flag.getAsString().equals("UP")),
                                    each.getAsJsonArray("addr_info").asList().stream()
                                            .map(JsonElement::getAsJsonObject)
                                            .filter(address ->
                                                    !address.get("scope")
                                                            .getAsString()
                                                            .equals("link"))
                                            .map(address -> address.get("local"))
                                            .toList()));
        }
        for (JsonObject each : json(inNamespace + "tc -j qdisc show")) {
            // Linux gives a device a queue of its own when it is set up.
            if (each.get("kind").getAsString().equals("ingress")) {
                devices.computeIfPresent(
                        each.get("dev").getAsString(), (_, known) -> known + " ingress");
            }
        }
        return devices;
    }

    /// On this host, other tests may have devices of their own.
    private static boolean foreign(String inNamespace, String device) {
        return inNamespace.isEmpty()
                && !List.of(TAP, BRIDGE, OTHER_BRIDGE).contains(device)
                && !Marks.isMark(device);
    }

    private static Map<String, String> state() throws Exception {
        Map<String, String> all = new TreeMap<>(state(""));
        state("nsenter --net=" + FILE + " ").forEach((name, value) -> all.put("/" + name, value));
        return all;
    }

    private static JsonObject device(String name) throws Exception {
        return json("ip -j -d address show dev " + name).getFirst();
    }

    private static Interface tap(@Nullable String bridge) {
        return new Interface(
                "eth0", MAC, List.of("10.1.0.2/16"), null, new Interface.Tap(TAP, bridge));
    }

    private static Interface namespace(@Nullable Integer mtu) {
        return new Interface("eth0", null, List.of(), mtu, new Interface.Namespace(FILE, "veth0"));
    }

    private Link plan(Interface asked) throws InterruptedException {
        return networks.plan(asked, List.of());
    }

    // ---- tap devices ---------------------------------------------------------------------------

    @Test
    void tapIsMadeOnABridgeAndRemoved() throws Exception {
        Map<String, String> before = state();
        Link link = plan(tap(BRIDGE));
        assertThat(state()).isEqualTo(before);
        assertThat(link.macAddress()).isEqualTo(MAC);
        assertThat(link.mtu()).isEqualTo(1400);
        assertThat(link.addresses()).containsExactly("10.1.0.2/16");
        assertThat(link.nameServers()).isEqualTo(NAME_SERVERS);
        networks.make(link);
        assertThat(device(TAP).get("master").getAsString()).isEqualTo(BRIDGE);
        assertThat(device(TAP).get("mtu").getAsInt()).isEqualTo(1400);
        assertThat(device(TAP).getAsJsonArray("flags").toString()).contains("\"UP\"");
        assertThatThrownBy(() -> plan(tap(null)))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining(TAP);
        networks.remove(link);
        assertThat(state()).isEqualTo(before);
        networks.remove(link);
    }

    @Test
    void tapThatIsThereStaysAsItWas() throws Exception {
        ip("tuntap add dev", TAP, "mode tap");
        Map<String, String> before = state();
        Link link = plan(tap(BRIDGE));
        networks.make(link);
        assertThat(device(TAP).get("master").getAsString()).isEqualTo(BRIDGE);
        networks.remove(link);
        assertThat(state()).isEqualTo(before);
        ip("link set", TAP, "up master", BRIDGE);
        before = state();
        link = plan(tap(BRIDGE));
        networks.make(link);
        networks.remove(link);
        assertThat(state()).isEqualTo(before);
        // Somebody else has removed it.
        ip("link delete", TAP);
        networks.remove(link);
    }

    @Test
    void deviceOfAnotherThatTookTheNameStays() throws Exception {
        Link link = plan(tap(null));
        networks.make(link);
        ip("link delete", TAP);
        ip("tuntap add dev", TAP, "mode tap");
        networks.remove(link);
        assertThat(device(TAP)).isNotNull();
    }

    @Test
    void tapThatDoesNotFitIsRefused() throws Exception {
        assertThatThrownBy(() -> plan(tap("none" + OWN)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("none" + OWN);
        assertThatThrownBy(() -> plan(tap("lo")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("device lo of the host is no bridge");
        ip("link add", TAP, "type bridge");
        assertThatThrownBy(() -> plan(tap(null)))
                .isInstanceOf(RejectedException.class)
                .hasMessage("device " + TAP + " of the host is no tap device");
        ip("link delete", TAP);
        ip("tuntap add dev", TAP, "mode tun");
        assertThatThrownBy(() -> plan(tap(null))).isInstanceOf(RejectedException.class);
        ip("link delete", TAP);
        ip("tuntap add dev", TAP, "mode tap");
        assertThatThrownBy(() ->
                        plan(
                                new Interface(
                                        "eth0",
                                        null,
                                        List.of(),
                                        1501,
                                        new Interface.Tap(TAP, null))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("at most 1500, that of " + TAP);
        ip("link add", OTHER_BRIDGE, "type bridge");
        ip("link set", TAP, "master", OTHER_BRIDGE);
        assertThatThrownBy(() -> plan(tap(BRIDGE)))
                .isInstanceOf(ConflictException.class)
                .hasMessage(
                        "tap device %s is on %s: it cannot be put on %s"
                                .formatted(TAP, OTHER_BRIDGE, BRIDGE));
    }

    // ---- namespaces ----------------------------------------------------------------------------

    @Test
    void namespaceIsTakenOverAndGivenBack() throws Exception {
        Map<String, String> before = state();
        Link link = plan(namespace(null));
        assertThat(state()).isEqualTo(before);
        assertThat(link.macAddress()).isEqualTo(MAC);
        assertThat(link.mtu()).isEqualTo(1380);
        assertThat(link.addresses()).containsExactly("10.9.0.2/24", "fd09::2/64");
        assertThat(link.routes())
                .containsExactlyInAnyOrder(
                        new Route("10.8.0.1/32", null, "eth0", null, 253),
                        new Route("default", "10.9.0.1", "eth0", null, 0),
                        new Route("10.7.0.0/16", "10.8.0.1", "eth0", "10.9.0.2", 0),
                        new Route("default", "fd09::1", "eth0", null, 0));
        assertThat(link.routes().getFirst().gateway()).isNull();
        assertThat(link.nameServers()).isEqualTo(NAME_SERVERS);
        networks.make(link);
        String tap = ((HostSide.Namespace) link.host()).tap();
        assertThat(state().get("/" + tap)).startsWith("1380 null true").contains("ingress");
        assertThat(state().get("/veth0")).contains("ingress");
        assertThat(redirect("veth0")).isEqualTo(tap);
        assertThat(redirect(tap)).isEqualTo("veth0");
        assertThatThrownBy(() -> plan(namespace(null)))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("veth0", FILE.toString());
        networks.remove(link);
        assertThat(state()).isEqualTo(before);
        networks.remove(link);
        assertThat(plan(namespace(1280)).mtu()).isEqualTo(1280);
    }

    private static String redirect(String device) throws Exception {
        List<String> targets = new ArrayList<>();
        for (JsonObject each :
                json("nsenter --net=" + FILE + " tc -j filter show dev " + device + " ingress")) {
            JsonObject options = each.getAsJsonObject("options");
            if (options != null && options.has("actions")) {
                options.getAsJsonArray("actions")
                        .forEach(action ->
                                targets.add(action.getAsJsonObject().get("to_dev").getAsString()));
            }
        }
        assertThat(targets).hasSize(1);
        return targets.getFirst();
    }

    @Test
    void namespaceThatDoesNotFitIsRefused() throws Exception {
        for (Path file :
                List.of(directory.resolve("none"), Files.createFile(directory.resolve("plain")))) {
            assertThatThrownBy(() ->
                            plan(
                                    new Interface(
                                            "eth0",
                                            null,
                                            List.of(),
                                            null,
                                            new Interface.Namespace(file, "veth0"))))
                    .isInstanceOf(RejectedException.class)
                    .hasMessage("there is no network namespace " + file);
        }
        assertThatThrownBy(() ->
                        plan(
                                new Interface(
                                        "eth0",
                                        null,
                                        List.of(),
                                        null,
                                        new Interface.Namespace(FILE, "veth9"))))
                .isInstanceOf(RejectedException.class)
                .hasMessage("network namespace %s has no device veth9".formatted(FILE));
        assertThatThrownBy(() -> plan(namespace(1381)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("at most 1380");
        assertThatThrownBy(() ->
                        plan(
                                new Interface(
                                        "eth0",
                                        "02:00:00:00:00:0b",
                                        List.of(),
                                        null,
                                        new Interface.Namespace(FILE, "veth0"))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("must be " + MAC);
        ip("-n", SPACE, "link set veth0 down");
        assertThatThrownBy(() -> plan(namespace(null)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("is not up");
        ip("-n", SPACE, "link set lo up");
        assertThatThrownBy(() ->
                        plan(
                                new Interface(
                                        "eth0",
                                        null,
                                        List.of(),
                                        null,
                                        new Interface.Namespace(FILE, "lo"))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("no Ethernet");
    }

    @Test
    void ingressOfAnotherStays() throws Exception {
        Link link = plan(namespace(null));
        assertThat(attempt("nsenter --net=" + FILE + " tc qdisc add dev veth0 ingress")).isZero();
        assertThat(
                        attempt(
                                "nsenter --net="
                                        + FILE
                                        + " tc filter add dev veth0 parent ffff:"
                                        + " protocol all u32 match u32 0 0 action mirred egress"
                                        + " redirect dev peer0"))
                .isZero();
        Map<String, String> before = state();
        assertThatThrownBy(() -> networks.make(link)).isInstanceOf(UnavailableException.class);
        assertThat(state()).isEqualTo(before);
        networks.remove(link);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void namespaceOrDeviceThatIsGoneIsNoError() throws Exception {
        Link link = plan(namespace(null));
        networks.make(link);
        ip("-n", SPACE, "link delete veth0");
        networks.remove(link);
        assertThat(state()).doesNotContainKey("/" + ((HostSide.Namespace) link.host()).tap());
        ip("netns delete", SPACE);
        networks.remove(link);
        assertThat(Files.exists(FILE)).isFalse();
    }

    // ---- failures ------------------------------------------------------------------------------

    @Test
    void failureAtAnyCommandLeavesNothing() throws Exception {
        Map<String, String> before = state();
        for (Interface asked : List.of(tap(BRIDGE), namespace(null))) {
            Link link = plan(asked);
            int number = 0;
            boolean failed;
            do {
                number++;
                failed = fails(new LinuxNetworks(new FailingTools(number, false), List::of), link);
                if (failed) {
                    assertThat(state()).as("command %d of %s", number, asked).isEqualTo(before);
                }
            } while (failed);
            assertThat(number).isGreaterThan(5);
            networks.remove(link);
            assertThat(state()).isEqualTo(before);
        }
    }

    @Test
    void whatAKilledPlatformLeftIsRemoved() throws Exception {
        Map<String, String> before = state();
        for (Interface asked : List.of(tap(BRIDGE), namespace(null))) {
            Link link = plan(asked);
            int number = 0;
            boolean failed;
            do {
                number++;
                failed = fails(new LinuxNetworks(new FailingTools(number, true), List::of), link);
                networks.remove(link);
                assertThat(state()).as("command %d of %s", number, asked).isEqualTo(before);
            } while (failed);
            assertThat(number).isGreaterThan(5);
        }
    }

    private static boolean fails(LinuxNetworks failing, Link link) throws InterruptedException {
        try {
            failing.make(link);
            return false;
        } catch (UnavailableException e) {
            assertThat(e).hasMessageStartingWith("injected at ");
            return true;
        }
    }

    @Test
    void whoHasNoPrivilegesIsTold() throws Exception {
        Map<String, String> before = state();
        LinuxNetworks unprivileged =
                new LinuxNetworks(
                        new HostTools(List.of("setpriv", "--reuid=65534", "--clear-groups")),
                        List::of);
        Link link = unprivileged.plan(tap(null), List.of());
        assertThatThrownBy(() -> unprivileged.make(link))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("CAP_NET_ADMIN");
        assertThatThrownBy(() -> unprivileged.plan(namespace(null), List.of()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("CAP_SYS_ADMIN");
        Link user =
                unprivileged.plan(
                        new Interface(
                                "eth0", null, List.of(), null, new Interface.UserMode(List.of())),
                        List.of());
        unprivileged.make(user);
        unprivileged.remove(user);
        assertThat(state()).isEqualTo(before);
    }

    // ---- user mode -----------------------------------------------------------------------------

    @Test
    void userModeTakesTheNextNetworkThatIsFree() throws InterruptedException {
        List<Link> links = new ArrayList<>();
        Interface asked =
                new Interface("eth0", null, List.of(), null, new Interface.UserMode(List.of()));
        links.add(plan(tap(null)));
        for (int i = 0; i < 2; i++) {
            links.add(networks.plan(asked, links));
        }
        links.add(
                new Link(
                        MAC,
                        1500,
                        List.of("10.0.4.9/22", "fd00::1/64"),
                        List.of(),
                        List.of(),
                        new HostSide.UserMode("x", List.of())));
        links.add(networks.plan(asked, links));
        assertThat(links.stream().map(Link::addresses))
                .containsExactly(
                        List.of("10.1.0.2/16"),
                        List.of("10.0.2.15/24"),
                        List.of("10.0.3.15/24"),
                        List.of("10.0.4.9/22", "fd00::1/64"),
                        List.of("10.0.8.15/24"));
        assertThat(links.get(1).routes())
                .containsExactly(new Route("default", "10.0.2.2", "eth0", null, 0));
        assertThat(links.get(1).nameServers()).containsExactly("10.0.2.3");
        assertThat(links.get(1).macAddress()).isNotEqualTo(links.get(2).macAddress());
    }
}
