package io.sunaba.shell.network;

import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.sandbox.Interface;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The options that say what network a new sandbox has.
public final class NetworkOptions {
    static final Option PUBLISH =
            Option.values(
                    "publish",
                    "[ADDR:]PORT:PORT[/udp]",
                    "forward a port of the host (of 127.0.0.1 unless said) to one of the guest");

    private static final Option NETWORK =
            Option.values(
                    "network",
                    "NETWORK",
                    "none, user, tap=NAME[,bridge=B][,address=CIDR] or netns=FILE[,device=eth0],"
                            + " each with [,mtu=N]");
    private static final String NONE = "none";
    private static final String DEVICE = "eth0";

    private NetworkOptions() {}

    public static Option[] all() {
        return new Option[] {NETWORK, PUBLISH};
    }

    /// Returns the interfaces that are asked for, or null if nothing is said of them.
    public static @Nullable List<Interface> interfaces(Call call) {
        Arguments arguments = call.arguments();
        List<PortForward> forwards = forwards(arguments);
        List<String> networks = arguments.options(NETWORK.name());
        if (networks.isEmpty() && forwards.isEmpty()) {
            return null;
        }
        if (networks.contains(NONE)) {
            if (networks.size() > 1 || !forwards.isEmpty()) {
                throw arguments.wrong(
                        "--network none leaves no room for another, or for --publish");
            }
            return List.of();
        }
        List<Interface> interfaces = new ArrayList<>();
        boolean left = !forwards.isEmpty();
        for (String text : networks.isEmpty() ? List.of("user") : networks) {
            Words words = Words.of(arguments, "--network", text);
            Interface each =
                    parse(call, words, "eth" + interfaces.size(), left ? forwards : List.of());
            left &= !(each.network() instanceof Interface.UserMode);
            interfaces.add(each);
        }
        if (left) {
            throw arguments.wrong("--publish needs a network in user mode");
        }
        return interfaces;
    }

    private static Interface parse(
            Call call, Words words, String name, List<PortForward> forwards) {
        Integer mtu = words.number("mtu");
        List<String> addresses = List.of();
        Interface.Network network;
        switch (words.kind()) {
            case "user" -> network = new Interface.UserMode(forwards);
            case "tap" -> {
                addresses = words.all("address");
                network = new Interface.Tap(words.requireValue(), words.find("bridge"));
            }
            case "netns" -> {
                String device = words.find("device");
                network =
                        new Interface.Namespace(
                                call.path(words.requireValue()), device == null ? DEVICE : device);
            }
            default -> throw words.wrong("not none, user, tap or netns");
        }
        words.requireNoMore();
        return new Interface(name, null, addresses, mtu, network);
    }

    /// Returns the ports that are to be forwarded.
    static List<PortForward> forwards(Arguments arguments) {
        return arguments.options(PUBLISH.name()).stream()
                .map(text -> Forwards.parse(arguments, text))
                .toList();
    }
}
