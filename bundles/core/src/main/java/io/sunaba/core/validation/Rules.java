package io.sunaba.core.validation;

import io.sunaba.error.RejectedException;
import java.util.regex.Pattern;

/// Rules that many values follow.
public final class Rules {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");
    private static final int SHOWN = 80;

    private Rules() {}

    /// @param what what the value is, such as `sandbox id`
    public static void requireId(String what, String value) {
        require(
                ID.matcher(value).matches(),
                what,
                quoted(value),
                "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first");
    }

    public static void requireSignal(int signal) {
        require(signal >= 1 && signal <= 64, "signal", signal, "1 to 64");
    }

    public static void requireSize(int height, int width) {
        require(height >= 1 && height <= 65535, "terminal height", height, "1 to 65535");
        require(width >= 1 && width <= 65535, "terminal width", width, "1 to 65535");
    }

    static void require(boolean kept, String what, Object value, String rule) {
        if (!kept) {
            throw new RejectedException(what + " is " + value + ": it must be " + rule);
        }
    }

    /// Shows a value on one line, cut short if it is long.
    static String quoted(String value) {
        String line = value.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= SHOWN
                ? "'" + line + "'"
                : "'%s...' (%d characters)".formatted(line.substring(0, SHOWN), line.length());
    }

    /// Shows a size in the largest unit that divides it.
    static String size(long bytes) {
        for (int unit = 3; unit > 0; unit--) {
            if (bytes != 0 && bytes % (1L << (10 * unit)) == 0) {
                return (bytes >> (10 * unit)) + "KMG".substring(unit - 1, unit);
            }
        }
        return Long.toString(bytes);
    }
}
