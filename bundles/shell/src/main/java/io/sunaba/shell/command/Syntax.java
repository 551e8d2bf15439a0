package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a command is written.
///
/// @param scope the first part of its name
/// @param name the second part of its name
/// @param summary what it does, in one line
/// @param operands what its operands stand for, such as `SANDBOX`; one in brackets may be left out,
///   and the last one, with dots, be given more than once: `[SANDBOX...]`
/// @param options its options
/// @param program whether a program and its arguments follow, after `--` or the last operand
public record Syntax(
        String scope,
        String name,
        String summary,
        List<String> operands,
        List<Option> options,
        Program program) {
    /// Whether a program and its arguments follow after `--`.
    public enum Program {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    private static final Option HELP = Option.flag("help", "print this");

    public Syntax {
        requireNonNull(scope, "scope is null");
        requireNonNull(name, "name is null");
        requireNonNull(summary, "summary is null");
        requireNonNull(program, "program is null");
        operands = List.copyOf(operands);
        options = List.copyOf(options);
    }

    /// A command without options.
    public Syntax(String scope, String name, String summary, String... operands) {
        this(scope, name, summary, List.of(operands), List.of(), Program.NONE);
    }

    /// This command with options, after those that it has.
    public Syntax with(Option... more) {
        List<Option> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new Syntax(scope, name, summary, operands, all, program);
    }

    /// This command with a program at its end.
    public Syntax withProgram() {
        return new Syntax(scope, name, summary, operands, options, Program.REQUIRED);
    }

    /// This command with a program at its end that may be left out.
    public Syntax withOptionalProgram() {
        return new Syntax(scope, name, summary, operands, options, Program.OPTIONAL);
    }

    /// Returns its name as people write it: the scope `sunaba` is left out.
    public String fullName() {
        return scope.equals("sunaba") ? name : scope + ":" + name;
    }

    /// Returns what an operand stands for, such as `SANDBOX`, or nothing if there cannot be one.
    ///
    /// @param place its place among the operands
    public Optional<String> operand(int place) {
        String operand = "";
        if (place < operands.size()) {
            operand = operands.get(place);
        } else if (!operands.isEmpty() && operands.getLast().endsWith("...]")) {
            operand = operands.getLast();
        }
        return Optional.of(operand.replaceAll("[\\[\\].]", "")).filter(name -> !name.isEmpty());
    }

    /// Returns how it is written, in one line.
    public String usage() {
        StringBuilder usage = new StringBuilder(fullName());
        for (Option option : options) {
            usage.append(" [").append(option.usage()).append(option.repeated() ? "]..." : "]");
        }
        operands.forEach(operand -> usage.append(' ').append(operand));
        return usage.append(
                        switch (program) {
                            case NONE -> "";
                            case OPTIONAL -> " [[--] COMMAND [ARGUMENT...]]";
                            case REQUIRED -> " [--] COMMAND [ARGUMENT...]";
                        })
                .toString();
    }

    /// Returns a page that explains it.
    public String help() {
        StringBuilder help = new StringBuilder();
        help.append(summary).append(".\n\nusage: ").append(usage()).append("\n\noptions:\n");
        for (Option option : options) {
            line(help, option);
        }
        line(help, HELP);
        if (program != Program.NONE) {
            help.append(
                    """

                    COMMAND and what follows is passed on as it is, but the shell's own language comes
                    first: put what has a $ or other signs of its own in single quotes, such as
                    /bin/sh -c 'echo $HOME'
                    """);
        }
        return help.toString();
    }

    Optional<Option> find(String option) {
        return option.equals(HELP.name())
                ? Optional.of(HELP)
                : options.stream().filter(known -> known.name().equals(option)).findFirst();
    }

    private static void line(StringBuilder help, Option option) {
        help.append("  %-24s %s\n".formatted(option.usage(), option.description()));
    }
}
