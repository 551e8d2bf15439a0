package io.sunaba.shell.process;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.UsageException;
import io.sunaba.shell.terminal.Tty;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The options of commands that run a process or create a container.
public final class ProcessOptions {
    public static final Option ROOTFS =
            Option.value("rootfs", "DIR", "the container's root file system");
    public static final Option ENVIRONMENT =
            Option.values("env", "NAME=VALUE", "a variable of its environment");
    public static final Option USER =
            Option.value("user", "USER[:GROUP]", "who it runs as, by name or number (root)");
    public static final Option WORKING_DIRECTORY =
            Option.value("workdir", "DIR", "its working directory (/)");

    public static final Option TTY =
            Option.flag("tty", "give it a terminal, and connect yours to it");

    private ProcessOptions() {}

    /// Returns the caller's terminal, which a process is to be connected to.
    ///
    /// @throws UsageException if the caller has none
    public static Tty requireTty(Call call) {
        return call.tty()
                .orElseThrow(() ->
                        new UsageException(
                                "--tty needs a terminal: both input and output must be one"));
    }

    /// Returns the process that a call asks for.
    public static ProcessConfig process(Call call) throws InterruptedException {
        Arguments arguments = call.arguments();
        boolean terminal = arguments.flag(TTY.name());
        Tty tty = terminal ? call.tty().orElse(null) : null;
        return new ProcessConfig(
                arguments.program(),
                environment(arguments.options(ENVIRONMENT.name()), tty),
                arguments.option(WORKING_DIRECTORY.name()).orElse("/"),
                arguments
                        .option(USER.name())
                        .map(user -> new ProcessConfig.User(user, List.of()))
                        .orElse(ProcessConfig.User.ROOT),
                terminal,
                null,
                List.of(),
                false,
                0,
                tty == null ? null : tty.size());
    }

    private static List<String> environment(List<String> given, @Nullable Tty tty) {
        if (tty == null || given.stream().anyMatch(variable -> variable.startsWith("TERM="))) {
            return given;
        }
        return Stream.concat(Stream.of("TERM=" + tty.type()), given.stream()).toList();
    }

    /// Returns the container that a call asks for.
    public static ContainerConfig container(Call call, String id) throws InterruptedException {
        String rootfs = call.arguments().requireOption(ROOTFS.name());
        return new ContainerConfig(id, new Rootfs.Packed(call.path(rootfs)), process(call));
    }
}
