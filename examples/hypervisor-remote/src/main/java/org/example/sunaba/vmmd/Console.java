package org.example.sunaba.vmmd;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/// The end of what a guest prints. QEMU keeps it in a ring until it is read.
final class Console {
    private static final String READ =
            "{\"execute\": \"ringbuf-read\", \"arguments\": {\"device\": \"console\","
                    + " \"size\": 65536}}";
    private static final Pattern UNICODE = Pattern.compile("\\\\u([0-9a-fA-F]{4})");
    private static final int LIMIT = 65536;

    private final Monitor monitor;
    private String text = "";

    /// Has QEMU do something.
    @FunctionalInterface
    interface Monitor {
        String execute(String command) throws IOException;
    }

    Console(Monitor monitor) {
        this.monitor = monitor;
    }

    List<String> tail(int maximumLines) throws IOException {
        String answer = monitor.execute(READ);
        int begin = answer.indexOf(": \"") + 3;
        text += unescape(answer.substring(begin, answer.lastIndexOf('"')));
        text = text.substring(Math.max(0, text.length() - LIMIT));
        List<String> lines =
                text.lines()
                        .map(line -> line.replaceAll("\\p{Cntrl}+", " ").stripTrailing())
                        .filter(line -> !line.isBlank())
                        .toList();
        return lines.subList(Math.max(0, lines.size() - maximumLines), lines.size());
    }

    private static String unescape(String json) {
        String plain = json.replace("\\n", "\n").replace("\\r", "").replace("\\t", " ");
        return UNICODE.matcher(plain).replaceAll(" ").replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
