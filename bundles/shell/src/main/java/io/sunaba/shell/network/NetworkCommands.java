package io.sunaba.shell.network;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// The commands `interface:*` and `route:*`.
public final class NetworkCommands {
    private static final Option TYPE =
            Option.value("type", "TYPE", "user (if none is given), tap or netns");
    private static final Option NAME =
            Option.value("name", "NAME", "its name in the guest (eth0, or the next that is free)");
    private static final Option MAC =
            Option.value("mac", "ADDRESS", "its MAC address (one is chosen)");
    private static final Option MTU =
            Option.value("mtu", "BYTES", "its MTU (what the network behind it has)");
    private static final Option ADDRESS =
            Option.values("address", "CIDR", "an address of it on a tap, such as 192.0.2.5/24");
    private static final Option TAP =
            Option.value("tap", "NAME", "the tap device, made if there is none");
    private static final Option BRIDGE =
            Option.value("bridge", "NAME", "the bridge to put the tap device on");
    private static final Option NETNS =
            Option.value("netns", "FILE", "the network namespace, such as /run/netns/blue");
    private static final Option DEVICE =
            Option.value("device", "NAME", "the device in the namespace to take over (eth0)");
    private static final Option CLEAR = Option.flag("clear", "leave no route");
    private static final String ROUTE_FORM = "DESTINATION[,via=GATEWAY],dev=NAME[,src=ADDRESS]";

    private final Supplier<Sandboxes> sandboxes;

    /// @param sandboxes gives the API, or fails if it is not there just now
    public NetworkCommands(Supplier<Sandboxes> sandboxes) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        new Syntax(
                                        "interface",
                                        "add",
                                        "Add a network interface to a sandbox",
                                        "SANDBOX")
                                .with(TYPE, NAME, MAC, MTU, ADDRESS)
                                .with(TAP, BRIDGE, NETNS, DEVICE, NetworkOptions.PUBLISH),
                        this::add),
                new Command(
                        new Syntax(
                                "interface",
                                "remove",
                                "Remove a network interface of a sandbox",
                                "SANDBOX",
                                "INTERFACE"),
                        this::remove),
                new Command(
                        new Syntax(
                                "interface",
                                "list",
                                "List the network interfaces of a sandbox",
                                "SANDBOX"),
                        call -> fetch(call).listInterfaces()),
                new Command(
                        new Syntax("route", "list", "List the routes of a sandbox", "SANDBOX"),
                        call -> fetch(call).listRoutes()),
                new Command(
                        new Syntax(
                                        "route",
                                        "update",
                                        "Replace the routes of a sandbox; a ROUTE is "
                                                + ROUTE_FORM
                                                + ", with 'default' or a network as DESTINATION",
                                        "SANDBOX",
                                        "[ROUTE...]")
                                .with(CLEAR),
                        this::update));
    }

    private Sandbox fetch(Call call) throws InterruptedException {
        return sandboxes.get().fetch(call.arguments().operand(0));
    }

    private Interface add(Call call) throws InterruptedException {
        Arguments arguments = call.arguments();
        Interface.Network network = network(call);
        Optional<Integer> mtu = arguments.count(MTU.name());
        Sandbox sandbox = fetch(call);
        Optional<String> name = arguments.option(NAME.name());
        return sandbox.addInterface(
                new Interface(
                        name.isPresent() ? name.get() : freeName(sandbox),
                        arguments.option(MAC.name()).orElse(null),
                        arguments.options(ADDRESS.name()),
                        mtu.orElse(null),
                        network));
    }

    private static Interface.Network network(Call call) {
        Arguments arguments = call.arguments();
        String type = arguments.option(TYPE.name()).orElse("user");
        Interface.Network network =
                switch (type) {
                    case "user" -> new Interface.UserMode(NetworkOptions.forwards(arguments));
                    case "tap" ->
                            new Interface.Tap(
                                    arguments.requireOption(TAP.name()),
                                    arguments.option(BRIDGE.name()).orElse(null));
                    case "netns" ->
                            new Interface.Namespace(
                                    call.path(arguments.requireOption(NETNS.name())),
                                    arguments.option(DEVICE.name()).orElse("eth0"));
                    default -> throw arguments.wrong("--type " + type + ": not user, tap or netns");
                };
        refuse(arguments, type, "user", NetworkOptions.PUBLISH);
        refuse(arguments, type, "tap", TAP, BRIDGE, ADDRESS);
        refuse(arguments, type, "netns", NETNS, DEVICE);
        return network;
    }

    /// Refuses what belongs to another type.
    private static void refuse(Arguments arguments, String type, String owner, Option... options) {
        for (Option option : options) {
            if (!type.equals(owner) && arguments.flag(option.name())) {
                throw arguments.wrong(
                        "--%s goes with --type %s only".formatted(option.name(), owner));
            }
        }
    }

    private static String freeName(Sandbox sandbox) throws InterruptedException {
        List<String> taken = sandbox.listInterfaces().stream().map(Interface::name).toList();
        return IntStream.iterate(0, number -> number + 1)
                .mapToObj(number -> "eth" + number)
                .filter(name -> !taken.contains(name))
                .findFirst()
                .orElseThrow();
    }

    private Interface remove(Call call) throws InterruptedException {
        return fetch(call).removeInterface(call.arguments().operand(1));
    }

    private List<Route> update(Call call) throws InterruptedException {
        Arguments arguments = call.arguments();
        List<Route> routes =
                arguments.operands().stream().skip(1).map(text -> route(arguments, text)).toList();
        if (routes.isEmpty() != arguments.flag(CLEAR.name())) {
            throw arguments.wrong("give the routes that are to be, or --clear for none");
        }
        return fetch(call).updateRoutes(routes);
    }

    private static Route route(Arguments arguments, String text) {
        Words words = Words.of(arguments, "ROUTE", text);
        String gateway = words.find("via");
        String device = words.find("dev");
        String source = words.find("src");
        words.requireNoMore();
        if (device == null) {
            throw words.wrong("dev=NAME is missing; give " + ROUTE_FORM);
        }
        // What has no gateway is on the link, as the kernel would have it.
        int scope = gateway == null && !text.contains(":") ? 253 : 0;
        return new Route(words.kind(), gateway, device, source, scope);
    }
}
