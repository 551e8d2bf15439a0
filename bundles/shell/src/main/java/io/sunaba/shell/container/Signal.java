package io.sunaba.shell.container;

import io.sunaba.shell.command.UsageException;
import java.util.List;
import java.util.Locale;

/// Names of signals (source: signal(7), x86 and most others).
public final class Signal {
    private static final int HIGHEST = 64;
    private static final List<String> NAMES =
            List.of(
                    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
                    "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
                    "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
                    "PWR", "SYS");

    private Signal() {}

    /// Returns the names of signals, in the order of their numbers.
    public static List<String> names() {
        return NAMES;
    }

    /// Returns the number of a signal given by name, with or without `SIG`, or by number.
    static int number(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        int place = NAMES.indexOf(name.startsWith("SIG") ? name.substring(3) : name);
        if (place >= 0) {
            return place + 1;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= HIGHEST) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new UsageException(
                "container:kill: --signal %s: not a signal; give a name such as TERM or a number from 1 to %d"
                        .formatted(text, HIGHEST));
    }
}
