package io.sunaba.shell.help;

import static java.util.Objects.requireNonNull;

import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.command.UsageException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The command `help`: lists the commands or explains one.
public final class HelpCommand {
    private static final Syntax SYNTAX =
            new Syntax("sunaba", "help", "List the commands, or explain one", "[COMMAND|GROUP]");
    private static final String END =
            """

            COMMAND --help explains one, help GROUP lists a group, such as sandbox. COMMAND | json prints
            its value as JSON; grep, sort, head and others work in the same way. Tab completes, Ctrl-C
            interrupts, exit or Ctrl-D leaves.\
            """;

    private final Supplier<List<Command>> commands;

    private HelpCommand(Supplier<List<Command>> commands) {
        this.commands = requireNonNull(commands, "commands is null");
    }

    /// @param commands gives the commands there are
    public static Command of(Supplier<List<Command>> commands) {
        return new Command(SYNTAX, new HelpCommand(commands)::run);
    }

    private String run(Call call) {
        Optional<String> name = call.arguments().findOperand(0);
        return name.map(this::explain).orElseGet(() -> list(commands.get()) + END);
    }

    private static String list(List<Command> some) {
        StringBuilder text = new StringBuilder();
        for (Command command : some) {
            Syntax syntax = command.syntax();
            // A line each: what comes after a semicolon is for who asks about the one.
            text.append(
                    "%-22s %s\n".formatted(syntax.fullName(), syntax.summary().split(";", 2)[0]));
        }
        return text.toString();
    }

    private String explain(String name) {
        List<Command> group =
                commands.get().stream()
                        .filter(command -> command.syntax().scope().equals(name))
                        .toList();
        if (!group.isEmpty()) {
            return list(group).stripTrailing();
        }
        return commands.get().stream()
                .map(Command::syntax)
                .filter(syntax -> syntax.fullName().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("help: there is no command " + name))
                .help()
                .stripTrailing();
    }
}
