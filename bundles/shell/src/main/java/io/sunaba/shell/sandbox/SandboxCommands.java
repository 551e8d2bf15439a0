package io.sunaba.shell.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxStats;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.device.DeviceOptions;
import io.sunaba.shell.network.NetworkOptions;
import io.sunaba.shell.process.ContainerOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The commands `sandbox:*`, but for `sandbox:run`.
public final class SandboxCommands {
    public static final Option MEMORY =
            Option.value("memory", "SIZE", "memory of the VM, such as 256M");
    public static final Option CPUS = Option.value("cpus", "NUMBER", "virtual CPUs");
    public static final Option HYPERVISOR =
            Option.value("hypervisor", "NAME", "the hypervisor plugin, see plugin:list");
    static final Option FACTORY =
            Option.value("factory", "NAME", "the VM factory plugin, see plugin:list");
    static final Option ID = Option.value("id", "ID", "its id (one is made up)");
    private static final Option VCPUS = Option.value("vcpus", "NUMBER", "virtual CPUs");
    private static final Option SHARE_PID =
            Option.flag("share-pid", "its containers see each other's processes");
    private static final Option FORCE = Option.flag("force", "whatever its state");

    private final Supplier<Sandboxes> sandboxes;
    private final Supplier<OciBundles> bundles;

    /// @param sandboxes gives the API, or fails if it is not there just now
    /// @param bundles reads OCI bundles, or fails if nobody does just now
    public SandboxCommands(Supplier<Sandboxes> sandboxes, Supplier<OciBundles> bundles) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.bundles = requireNonNull(bundles, "bundles is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        syntax("create", "Create a sandbox: its VM runs then")
                                .with(ID, MEMORY, CPUS, HYPERVISOR, FACTORY, SHARE_PID)
                                .with(NetworkOptions.all()),
                        this::create),
                new Command(
                        syntax("start", "Start a sandbox and the containers it has", "SANDBOX"),
                        this::start),
                new Command(syntax("list", "List the sandboxes"), _ -> sandboxes.get().list()),
                new Command(
                        syntax("status", "Show a sandbox and its containers", "SANDBOX"),
                        this::status),
                new Command(
                        syntax("stats", "Measure a sandbox and its containers", "SANDBOX"),
                        this::stats),
                new Command(
                        syntax("stop", "Stop a sandbox: its VM ends", "SANDBOX")
                                .with(
                                        Option.flag(
                                                "force",
                                                "go on when the guest fails or is silent")),
                        this::stop),
                new Command(
                        syntax("resize", "Give a sandbox's VM more, or less", "SANDBOX")
                                .with(VCPUS, MEMORY),
                        this::resize),
                new Command(
                        syntax("delete", "Delete a sandbox", "SANDBOX").with(FORCE), this::delete),
                new Command(
                        syntax(
                                "release",
                                "Drop what the platform holds of a sandbox; it goes on, and its"
                                        + " next use connects to it again",
                                "SANDBOX"),
                        this::release),
                new Command(
                        syntax(
                                "oom",
                                "Wait for the next container of a sandbox that runs out of memory",
                                "SANDBOX"),
                        this::oom),
                new Command(
                        syntax(
                                        "run",
                                        "Run a command in a container in a sandbox of its own, which"
                                                + " is removed at the end")
                                .with(ID, MEMORY, CPUS, HYPERVISOR, FACTORY)
                                .with(NetworkOptions.all())
                                .with(DeviceOptions.all())
                                .with(ContainerOptions.all())
                                .withOptionalProgram(),
                        call -> new Run(sandboxes.get(), bundles, call).run()));
    }

    /// Returns the sandbox that a call asks for.
    public static SandboxConfig config(Call call, ContainerConfig... containers) {
        return config(call, List.of(), containers);
    }

    /// @param devices its storage devices
    static SandboxConfig config(
            Call call, List<DeviceInfo> devices, ContainerConfig... containers) {
        Arguments arguments = call.arguments();
        return new SandboxConfig(
                arguments.option(ID.name()).orElseGet(SandboxName::random),
                null,
                arguments.option(HYPERVISOR.name()).orElse(null),
                arguments.option(FACTORY.name()).orElse(null),
                arguments.count(CPUS.name()).orElse(null),
                arguments.size(MEMORY.name()).orElse(null),
                arguments.flag(SHARE_PID.name()),
                List.of(containers),
                NetworkOptions.interfaces(call),
                devices,
                Map.of());
    }

    private SandboxStatus create(Call call) throws InterruptedException {
        return sandboxes.get().create(config(call)).status();
    }

    private SandboxStatus start(Call call) throws InterruptedException {
        Sandbox sandbox = fetch(call);
        sandbox.start();
        return sandbox.status();
    }

    private SandboxStatus status(Call call) throws InterruptedException {
        return fetch(call).status();
    }

    private SandboxStats stats(Call call) throws InterruptedException {
        return fetch(call).stats();
    }

    private SandboxStatus stop(Call call) throws InterruptedException {
        Sandbox sandbox = fetch(call);
        sandbox.stop(call.arguments().flag("force"));
        return sandbox.status();
    }

    private SandboxStatus resize(Call call) throws InterruptedException {
        Arguments arguments = call.arguments();
        Optional<Integer> vcpus = arguments.count(VCPUS.name());
        Optional<Long> memory = arguments.size(MEMORY.name());
        if (vcpus.isEmpty() && memory.isEmpty()) {
            throw arguments.wrong("nothing to change; give --vcpus or --memory");
        }
        return fetch(call).resize(vcpus.orElse(null), memory.orElse(null));
    }

    private @Nullable Object delete(Call call) throws InterruptedException {
        Sandbox sandbox = fetch(call);
        if (call.arguments().flag("force")) {
            sandbox.stop(true);
        }
        sandbox.delete();
        return null;
    }

    private @Nullable Object release(Call call) throws InterruptedException {
        fetch(call).release();
        return null;
    }

    private OomEvent oom(Call call) throws InterruptedException {
        return fetch(call).getOomEvent();
    }

    private Sandbox fetch(Call call) throws InterruptedException {
        return sandboxes.get().fetch(call.arguments().operand(0));
    }

    private static Syntax syntax(String name, String summary, String... operands) {
        return new Syntax("sandbox", name, summary, operands);
    }
}
