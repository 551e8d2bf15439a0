package io.sunaba.shell.container;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.sandbox.TerminalSize;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Finished;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.process.Attached;
import io.sunaba.shell.process.Attached.Outlook;
import io.sunaba.shell.process.ContainerOptions;
import io.sunaba.shell.process.ProcessOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The commands `container:*`.
public final class ContainerCommands {
    private static final String[] OPERANDS = {"SANDBOX", "CONTAINER"};
    private static final Option DETACH =
            Option.flag("detach", "print the process's id and leave it alone");
    private static final Option KILL =
            Option.flag("kill", "kill the process if this ends before it does");
    private static final Option REMOVE =
            Option.flag("remove", "remove the sandbox when this ends, however it ends");
    private static final Option PROCESS =
            Option.value("process", "ID", "the process (the first one)");

    private final Supplier<Sandboxes> sandboxes;
    private final Supplier<OciBundles> bundles;

    /// @param sandboxes gives the API, or fails if it is not there just now
    /// @param bundles reads OCI bundles, or fails if nobody does just now
    public ContainerCommands(Supplier<Sandboxes> sandboxes, Supplier<OciBundles> bundles) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.bundles = requireNonNull(bundles, "bundles is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        syntax("create", "Create a container in a sandbox")
                                .with(ContainerOptions.all())
                                .with(ResourceOptions.ALL)
                                .withOptionalProgram(),
                        this::create),
                new Command(syntax("start", "Start a container"), this::start),
                new Command(
                        syntax("exec", "Run a command in a container")
                                .with(
                                        DETACH,
                                        ProcessOptions.ENVIRONMENT,
                                        ProcessOptions.USER,
                                        ProcessOptions.WORKING_DIRECTORY,
                                        ProcessOptions.TTY)
                                .withProgram(),
                        this::exec),
                new Command(
                        syntax("attach", "Connect to the streams of a container's process")
                                .with(
                                        PROCESS,
                                        Option.flag(
                                                "tty",
                                                "connect your terminal to that of the process"),
                                        KILL,
                                        REMOVE),
                        this::attach),
                new Command(
                        syntax("kill", "Signal a process of a container")
                                .with(
                                        Option.value("signal", "SIGNAL", "name or number (TERM)"),
                                        PROCESS,
                                        Option.flag("all", "signal all its processes")),
                        this::kill),
                new Command(
                        syntax("stop", "Stop a container: SIGTERM, and after a while SIGKILL")
                                .with(Option.flag("force", "kill at once")),
                        this::stop),
                new Command(
                        syntax("wait", "Wait until a container's process has ended").with(PROCESS),
                        this::await),
                new Command(syntax("status", "Show a container"), this::status),
                new Command(syntax("stats", "Measure a container"), this::stats),
                new Command(
                        syntax("processes", "List a container's processes")
                                .with(
                                        Option.value(
                                                "ps",
                                                "OPTIONS",
                                                "options of ps that choose columns, such as '-o"
                                                        + " pid,rss,args'")),
                        this::processes),
                new Command(
                        syntax("update", "Change what a container may use")
                                .with(ResourceOptions.ALL),
                        this::update),
                new Command(
                        new Syntax(
                                        "container",
                                        "resize",
                                        "Tell a process's terminal its size",
                                        "SANDBOX",
                                        "CONTAINER",
                                        "ROWS",
                                        "COLUMNS")
                                .with(PROCESS),
                        this::resize),
                new Command(
                        syntax("delete", "Delete a container")
                                .with(Option.flag("force", "stop it first if it runs")),
                        this::delete),
                new Command(syntax("pause", "Freeze a container"), this::pause),
                new Command(syntax("resume", "Let a frozen container go on"), this::resume),
                new Command(
                        new Syntax("container", "list", "List a sandbox's containers", "SANDBOX"),
                        call -> sandbox(call).status().containers()));
    }

    private ContainerStatus create(Call call) throws InterruptedException {
        ContainerConfig config = ContainerOptions.container(call, container(call), bundles);
        return sandbox(call)
                .createContainer(
                        config.limitedTo(
                                ResourceOptions.changed(call.arguments(), config.resources())));
    }

    private ContainerStatus start(Call call) throws InterruptedException {
        return sandbox(call).startContainer(container(call));
    }

    private Object exec(Call call) throws InterruptedException {
        Sandbox sandbox = sandbox(call);
        if (call.arguments().flag(DETACH.name())) {
            return sandbox.enterContainer(container(call), ProcessOptions.process(call));
        }
        return new Exec(sandbox, container(call), call).run();
    }

    private Finished attach(Call call) throws InterruptedException {
        String container = container(call);
        String process = process(call);
        Sandbox sandbox = sandbox(call);
        if (call.arguments().flag(ProcessOptions.TTY.name())) {
            TerminalSize size = ProcessOptions.requireTty(call).size();
            // Fails if there is none.
            sandbox.winsizeProcess(container, process, size.rows(), size.columns());
        }
        return new Attached(sandbox, container, process, outlook(call)).run(call);
    }

    private static Outlook outlook(Call call) {
        if (call.arguments().flag(REMOVE.name())) {
            return Outlook.REMOVED;
        }
        return call.arguments().flag(KILL.name()) ? Outlook.KILLED : Outlook.STAYS;
    }

    private ContainerStatus kill(Call call) throws InterruptedException {
        int signal = Signal.number(call.arguments().option("signal").orElse("TERM"));
        Sandbox sandbox = sandbox(call);
        String container = container(call);
        boolean all = call.arguments().flag("all");
        Optional<String> process = call.arguments().option(PROCESS.name());
        if (process.isPresent()) {
            sandbox.signalProcess(container, process.get(), signal, all);
        } else {
            sandbox.killContainer(container, signal, all);
        }
        return sandbox.statusContainer(container);
    }

    private ContainerStatus stop(Call call) throws InterruptedException {
        return sandbox(call).stopContainer(container(call), call.arguments().flag("force"));
    }

    private ExitStatus await(Call call) throws InterruptedException {
        String container = container(call);
        call.console().endless(true);
        try {
            return sandbox(call).waitProcess(container, process(call));
        } catch (InterruptedException e) {
            call.console().handOverAgain();
            throw e;
        } finally {
            call.console().endless(false);
        }
    }

    private ContainerStatus status(Call call) throws InterruptedException {
        return sandbox(call).statusContainer(container(call));
    }

    private ContainerStats stats(Call call) throws InterruptedException {
        return sandbox(call).statsContainer(container(call));
    }

    private ProcessList processes(Call call) throws InterruptedException {
        List<String> options =
                call.arguments()
                        .option("ps")
                        .map(text -> List.of(text.strip().split("\\s+")))
                        .orElse(List.of());
        return sandbox(call).processListContainer(container(call), options);
    }

    private ContainerStatus update(Call call) throws InterruptedException {
        Sandbox sandbox = sandbox(call);
        sandbox.updateContainer(container(call), ResourceOptions.required(call));
        return sandbox.statusContainer(container(call));
    }

    private @Nullable Object resize(Call call) throws InterruptedException {
        sandbox(call)
                .winsizeProcess(
                        container(call),
                        process(call),
                        call.arguments().number(2),
                        call.arguments().number(3));
        return null;
    }

    private ContainerStatus delete(Call call) throws InterruptedException {
        Sandbox sandbox = sandbox(call);
        if (call.arguments().flag("force")) {
            sandbox.stopContainer(container(call), true);
        }
        return sandbox.deleteContainer(container(call));
    }

    private ContainerStatus pause(Call call) throws InterruptedException {
        Sandbox sandbox = sandbox(call);
        sandbox.pauseContainer(container(call));
        return sandbox.statusContainer(container(call));
    }

    private ContainerStatus resume(Call call) throws InterruptedException {
        Sandbox sandbox = sandbox(call);
        sandbox.resumeContainer(container(call));
        return sandbox.statusContainer(container(call));
    }

    private Sandbox sandbox(Call call) throws InterruptedException {
        return sandboxes.get().fetch(call.arguments().operand(0));
    }

    private static String container(Call call) {
        return call.arguments().operand(1);
    }

    private static String process(Call call) {
        return call.arguments().option(PROCESS.name()).orElseGet(() -> container(call));
    }

    private static Syntax syntax(String name, String summary) {
        return new Syntax("container", name, summary, OPERANDS);
    }
}
