package io.sunaba.shell.top;

import io.sunaba.sandbox.TerminalSize;
import io.sunaba.shell.format.Text;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Draws a page of measurements for a terminal of some size.
final class Page {
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[2K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final String INVERSE = "\033[7m";
    private static final String PLAIN = "\033[m";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    /// Widths of the columns after the name.
    private static final int[] WIDTHS = {9, 7, 9, 5};

    private static final int SHORTEST_NAME = 10;
    private static final int LINES_ABOVE = 3;

    private Page() {}

    /// Returns what a terminal shows as a page in the place of the one before.
    static String draw(List<Usage> usages, TerminalSize size, LocalTime now, Duration interval) {
        List<String> lines = new ArrayList<>();
        lines.add(cut(summary(usages, now, interval), size.columns()));
        lines.add("");
        int nameWidth = nameWidth(size.columns());
        lines.add(INVERSE + header(nameWidth, size.columns()) + PLAIN);
        int room = Math.max(0, size.rows() - LINES_ABOVE);
        boolean all = usages.size() <= room;
        for (Usage usage : all ? usages : usages.subList(0, Math.max(0, room - 1))) {
            lines.add(cut(row(usage, nameWidth), size.columns()));
        }
        if (!all) {
            lines.add(cut("... and %d more".formatted(usages.size() - room + 1), size.columns()));
        }
        StringBuilder page = new StringBuilder(HOME);
        for (int i = 0; i < Math.min(lines.size(), size.rows()); i++) {
            page.append(i == 0 ? "" : "\r\n").append(CLEAR_LINE).append(lines.get(i));
        }
        return page.append(CLEAR_BELOW).toString();
    }

    private static String summary(List<Usage> usages, LocalTime now, Duration interval) {
        long sandboxes = usages.stream().filter(usage -> usage.container() == null).count();
        return "sunaba top  %s  %s, %s  every %d s  q quits"
                .formatted(
                        TIME.format(now),
                        count(sandboxes, "sandbox", "es"),
                        count(usages.size() - sandboxes, "container", "s"),
                        interval.toSeconds());
    }

    private static String count(long count, String what, String plural) {
        return count + " " + what + (count == 1 ? "" : plural);
    }

    /// The names get what the other columns leave.
    private static int nameWidth(int columns) {
        int others = 0;
        for (int width : WIDTHS) {
            others += width + 1;
        }
        return Math.max(SHORTEST_NAME, columns - others);
    }

    private static String header(int nameWidth, int columns) {
        return cut(
                line(nameWidth, "SANDBOX / CONTAINER", "STATE", "CPU %", "MEMORY", "PROCS"),
                columns);
    }

    private static String row(Usage usage, int nameWidth) {
        Double cpu = usage.cpuPercent();
        return line(
                nameWidth,
                usage.container() == null ? usage.sandbox() : "  " + usage.container(),
                usage.state(),
                cpu == null ? "-" : "%.1f".formatted(cpu),
                Text.cell("memoryBytes", usage.memoryBytes()),
                text(usage.processes()));
    }

    private static String text(@Nullable Long number) {
        return number == null ? "-" : number.toString();
    }

    private static String line(
            int nameWidth, String name, String state, String cpu, String memory, String processes) {
        return "%s %s %s %s %s"
                .formatted(
                        pad(name, nameWidth),
                        pad(state, WIDTHS[0]),
                        right(cpu, WIDTHS[1]),
                        right(memory, WIDTHS[2]),
                        right(processes, WIDTHS[3]));
    }

    private static String pad(String text, int width) {
        String shown = cut(text, width);
        return shown + " ".repeat(width - shown.length());
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }
}
