package io.sunaba.agent.kata;

import java.util.regex.Pattern;

/// Text that a guest chose, made fit for messages, logs and terminals.
final class GuestText {
    /// Longer than anything worth reading on one line.
    static final int LONGEST_LINE = 4096;

    private static final Pattern LINE_BREAKS = Pattern.compile("\\s*\\R\\s*");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f]");
    private static final String CUT = "...";

    private GuestText() {}

    /// On one line, without control characters, of bounded length.
    static String line(String text) {
        boolean cut = text.length() > LONGEST_LINE;
        String line = cut ? text.substring(0, LONGEST_LINE - CUT.length()) + CUT : text;
        return CONTROLS.matcher(LINE_BREAKS.matcher(line.strip()).replaceAll("; ")).replaceAll("?");
    }
}
