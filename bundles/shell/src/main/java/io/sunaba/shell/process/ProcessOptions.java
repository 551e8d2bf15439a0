package io.sunaba.shell.process;

import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.UsageException;
import io.sunaba.shell.terminal.Tty;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The options of commands that run a process.
public final class ProcessOptions {
    public static final Option ENVIRONMENT =
            Option.values("env", "NAME=VALUE", "a variable of its environment");
    public static final Option USER =
            Option.value("user", "USER[:GROUP]", "who it runs as, by name or number (root)");
    public static final Option WORKING_DIRECTORY =
            Option.value("workdir", "DIR", "its working directory (/)");

    public static final Option TTY =
            Option.flag("tty", "give it a terminal: yours, where its output is shown");

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
        return changed(call, new ProcessConfig(call.arguments().requireProgram()));
    }

    /// Returns a process with what a call asks for instead.
    static ProcessConfig changed(Call call, ProcessConfig process) throws InterruptedException {
        Arguments arguments = call.arguments();
        boolean terminal = arguments.flag(TTY.name());
        Tty tty = terminal ? call.tty().orElse(null) : null;
        return new ProcessConfig(
                process.arguments(),
                environment(process.environment(), arguments.options(ENVIRONMENT.name()), tty),
                arguments.option(WORKING_DIRECTORY.name()).orElse(process.workingDirectory()),
                arguments
                        .option(USER.name())
                        .map(user -> new ProcessConfig.User(user, List.of()))
                        .orElse(process.user()),
                terminal || process.terminal(),
                CapabilityOptions.changed(arguments, process.capabilities()),
                process.resourceLimits(),
                process.noNewPrivileges(),
                process.oomScoreAdjustment(),
                tty == null ? process.terminalSize() : tty.size());
    }

    /// The caller's terminal has the first word, and what is asked for the last.
    private static List<String> environment(
            List<String> old, List<String> added, @Nullable Tty tty) {
        List<String> variables = new ArrayList<>(old);
        Stream<String> type = tty == null ? Stream.empty() : Stream.of("TERM=" + tty.type());
        for (String variable : Stream.concat(type, added.stream()).toList()) {
            String start = variable.substring(0, variable.indexOf('=') + 1);
            variables.removeIf(known -> !start.isEmpty() && known.startsWith(start));
            variables.add(variable);
        }
        return variables;
    }
}
