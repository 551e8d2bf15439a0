package io.sunaba.launcher;

/// Makes one line of the shell's language from the arguments of a program.
final class CommandLine {
    private CommandLine() {}

    /// A single argument is a line as it is. Of several, each becomes one word of the line, so that
    /// `sunaba exec sandbox:run --rootfs DIR -- sh -c 'echo $HOME'` means what it says.
    static String join(String[] arguments, int from) {
        if (arguments.length == from + 1) {
            return arguments[from];
        }
        StringBuilder line = new StringBuilder();
        for (int i = from; i < arguments.length; i++) {
            line.append(i == from ? "" : " ").append(word(arguments[i]));
        }
        return line.toString();
    }

    private static String word(String argument) {
        for (int i = 0; i < argument.length(); i++) {
            char c = argument.charAt(i);
            if (!(Character.isLetterOrDigit(c) || "-_./:,+@%".indexOf(c) >= 0)) {
                return quoted(argument);
            }
        }
        // A bar alone would be a pipe: it is none of the plain characters.
        return argument.isEmpty() ? "''" : argument;
    }

    private static String quoted(String argument) {
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < argument.length(); i++) {
            char c = argument.charAt(i);
            quoted.append(c == '\'' ? "'\\''" : String.valueOf(c));
        }
        return quoted.append('\'').toString();
    }
}
