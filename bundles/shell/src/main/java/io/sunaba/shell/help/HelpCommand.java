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
            new Syntax("sunaba", "help", "List the commands, or explain one", "[COMMAND]");
    private static final String END =
            """

            COMMAND --help explains one. COMMAND | json prints its value as JSON; grep, sort, head and
            others work in the same way. Tab completes, Ctrl-C interrupts, exit or Ctrl-D leaves.\
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
        return name.map(this::explain).orElseGet(this::list);
    }

    private String list() {
        StringBuilder text = new StringBuilder();
        for (Command command : commands.get()) {
            Syntax syntax = command.syntax();
            text.append("%-22s %s\n".formatted(syntax.fullName(), syntax.summary()));
        }
        return text.append(END).toString();
    }

    private String explain(String name) {
        return commands.get().stream()
                .map(Command::syntax)
                .filter(syntax -> syntax.fullName().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("help: there is no command " + name))
                .help()
                .stripTrailing();
    }
}
