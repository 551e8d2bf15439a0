package io.sunaba.shell.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The arguments of a command, taken apart by its [Syntax].
public final class Arguments {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([KMGT]?)");

    private final Syntax syntax;
    private final Map<String, List<String>> options = new LinkedHashMap<>();
    private final List<String> operands = new ArrayList<>();
    private List<String> program = List.of();

    private Arguments(Syntax syntax) {
        this.syntax = syntax;
    }

    /// Takes arguments apart.
    ///
    /// @throws UsageException if they do not follow the syntax
    public static Arguments parse(Syntax syntax, List<?> words) {
        Arguments arguments = new Arguments(syntax);
        arguments.take(flatten(words));
        if (!arguments.flag("help")) {
            arguments.check();
        }
        return arguments;
    }

    /// Tells whether an option was given.
    public boolean flag(String option) {
        return options.containsKey(option);
    }

    /// Returns the argument of an option that was given.
    public Optional<String> option(String option) {
        return options(option).stream().findFirst();
    }

    /// Returns the arguments of an option that may be given more than once.
    public List<String> options(String option) {
        return options.getOrDefault(option, List.of());
    }

    /// Returns the argument of an option that must be given.
    public String requireOption(String option) {
        return option(option).orElseThrow(() -> wrong("--" + option + " is missing"));
    }

    /// Returns the argument of an option as a number of at least one.
    public Optional<Integer> count(String option) {
        return option(option)
                .map(text -> {
                    try {
                        int count = Integer.parseInt(text);
                        if (count >= 1) {
                            return count;
                        }
                    } catch (NumberFormatException _) {
                        // Told below.
                    }
                    throw wrong(
                            "--%s %s: not a whole number of at least 1".formatted(option, text));
                });
    }

    /// Returns the argument of an option as a whole number.
    public Optional<Long> number(String option) {
        return option(option).map(text -> number("--" + option, text));
    }

    /// Returns an operand as a whole number.
    public int number(int index) {
        return Math.toIntExact(
                Math.clamp(
                        number(syntax.operands().get(index), operand(index)),
                        Integer.MIN_VALUE,
                        Integer.MAX_VALUE));
    }

    private long number(String what, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw wrong("%s %s: not a whole number".formatted(what, text));
        }
    }

    /// Returns the argument of an option as a number of bytes.
    public Optional<Long> size(String option) {
        return option(option).map(text -> bytes(option, text));
    }

    /// Returns an operand by its place.
    public String operand(int index) {
        return operands.get(index);
    }

    /// Returns an operand that may be left out.
    public Optional<String> findOperand(int index) {
        return index < operands.size() ? Optional.of(operands.get(index)) : Optional.empty();
    }

    /// Returns all operands.
    public List<String> operands() {
        return List.copyOf(operands);
    }

    /// Returns what must be there of the program to run and its arguments.
    public List<String> requireProgram() {
        if (program.isEmpty()) {
            throw wrong("the command to run is missing");
        }
        return program;
    }

    /// Returns the program to run and its arguments: what followed `--`, or the operands.
    public List<String> program() {
        return program;
    }

    private void take(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                if (syntax.program() == Syntax.Program.NONE) {
                    throw wrong("nothing can follow --");
                }
                program = List.copyOf(words.subList(i + 1, words.size()));
                return;
            }
            if (!word.startsWith("--")) {
                if (word.length() > 1 && word.startsWith("-")) {
                    throw wrong("unknown option " + word);
                }
                if (syntax.program() != Syntax.Program.NONE
                        && operands.size() == syntax.operands().size()) {
                    program = List.copyOf(words.subList(i, words.size()));
                    return;
                }
                operands.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String name = word.substring(2, equals < 0 ? word.length() : equals);
            Option option = syntax.find(name).orElseThrow(() -> wrong("unknown option --" + name));
            String value = "";
            if (option.argument() == null) {
                if (equals >= 0) {
                    throw wrong("--" + name + " takes no argument");
                }
            } else if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (i + 1 < words.size() && !words.get(i + 1).equals("--")) {
                value = words.get(++i);
            } else {
                throw wrong("%s: %s is missing".formatted("--" + name, option.argument()));
            }
            List<String> values = options.computeIfAbsent(name, _ -> new ArrayList<>());
            if (!values.isEmpty() && !option.repeated()) {
                throw wrong("--" + name + " is given twice");
            }
            values.add(value);
        }
    }

    private void check() {
        List<String> expected = syntax.operands();
        for (int i = expected.size(); i < operands.size(); i++) {
            if (syntax.operand(i).isEmpty()) {
                throw wrong("unexpected argument " + operands.get(i));
            }
        }
        for (int i = operands.size(); i < expected.size(); i++) {
            if (!expected.get(i).startsWith("[")) {
                throw wrong(expected.get(i) + " is missing");
            }
        }
        if (syntax.program() == Syntax.Program.REQUIRED) {
            requireProgram();
        }
    }

    private long bytes(String option, String text) {
        Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (matcher.matches()) {
            try {
                String unit = matcher.group(2);
                int shift = unit.isEmpty() ? 0 : 10 * (1 + "KMGT".indexOf(unit));
                return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
            } catch (ArithmeticException _) {
                // Told below.
            }
        }
        throw wrong(
                "--%s %s: not a size; give a whole number of bytes or one with K, M, G or T, such as"
                                .formatted(option, text)
                        + " 256M");
    }

    /// Says what is wrong with the arguments.
    public UsageException wrong(String problem) {
        return new UsageException("%s: %s; see %1$s --help".formatted(syntax.fullName(), problem));
    }

    /// The shell's language has lists: their members are words of their own.
    private static List<String> flatten(Collection<?> words) {
        List<String> flat = new ArrayList<>();
        for (Object word : words) {
            if (word instanceof Collection<?> list) {
                flat.addAll(flatten(list));
            } else {
                flat.add(String.valueOf(word));
            }
        }
        return flat;
    }
}
