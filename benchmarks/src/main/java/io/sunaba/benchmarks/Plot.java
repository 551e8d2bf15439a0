package io.sunaba.benchmarks;

import java.util.List;
import java.util.Locale;

/// A picture of times as bars on a logarithmic scale, as SVG.
final class Plot {
    private static final int LEFT = 150;
    private static final int WIDTH = 420;
    private static final int RIGHT = 90;
    private static final int ROW = 24;
    private static final int TOP = 44;

    /// @param floor whether others are measured by it
    record Bar(String title, double seconds, boolean floor) {}

    private final StringBuilder svg = new StringBuilder();
    private final double least;
    private final double most;

    private Plot(double least, double most) {
        this.least = least;
        this.most = most;
    }

    static String of(String title, List<Bar> bars) {
        double smallest = bars.stream().mapToDouble(Bar::seconds).min().orElseThrow();
        double largest = bars.stream().mapToDouble(Bar::seconds).max().orElseThrow();
        Plot plot =
                new Plot(
                        Math.pow(10, Math.floor(Math.log10(smallest))),
                        Math.pow(10, Math.ceil(Math.log10(largest))));
        return plot.draw(title, bars);
    }

    private String draw(String title, List<Bar> bars) {
        int height = TOP + bars.size() * ROW + 30;
        add(
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" \
                font-family="sans-serif" font-size="13">\
                """
                        .formatted(LEFT + WIDTH + RIGHT, height));
        add("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        text(LEFT, 24, "start", title);
        for (double tick = least; tick <= most * 1.001; tick *= 10) {
            int x = LEFT + length(tick);
            add("<path d=\"M%d %d V%d\" stroke=\"#ccc\"/>".formatted(x, TOP - 6, height - 24));
            text(x, height - 8, "middle", number(tick));
        }
        for (int i = 0; i < bars.size(); i++) {
            bar(bars.get(i), TOP + i * ROW);
        }
        add("</svg>");
        return svg.toString();
    }

    private void bar(Bar bar, int y) {
        int length = length(bar.seconds);
        text(LEFT - 8, y + 13, "end", bar.title);
        add(
                "<path d=\"M%d %d h%d v%d h-%d z\" fill=\"%s\"/>"
                        .formatted(
                                LEFT,
                                y,
                                length,
                                ROW - 8,
                                length,
                                bar.floor ? "#b0b0b0" : "#2a6f97"));
        text(LEFT + length + 6, y + 13, "start", number(bar.seconds) + " s");
    }

    private int length(double seconds) {
        return (int) Math.round(WIDTH * Math.log10(seconds / least) / Math.log10(most / least));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value)
                .replaceFirst("(\\.\\d*?)0+$", "$1")
                .replaceFirst("\\.$", "");
    }

    private void text(int x, int y, String anchor, String text) {
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>".formatted(x, y, anchor, text));
    }

    private void add(String line) {
        svg.append(line).append('\n');
    }
}
