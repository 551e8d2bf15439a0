package io.sunaba.metrics.prometheus;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Takes over what a guest tells of itself. A guest is not believed more than that: it can give no
/// sample another name than a guest's, nor another sandbox's label, and not without end.
final class GuestText {
    private static final int MAXIMUM_LENGTH = 1 << 20;
    private static final int MAXIMUM_LINES = 10_000;

    /// What it takes to understand a line grows with the square of its length.
    private static final int MAXIMUM_LINE = 1024;

    /// Those of Kata's agent and of ours. Any other could clash with one that is told elsewhere,
    /// and a text with such a clash would be of use to nobody.
    private static final Set<String> NAMES =
            Set.of(
                    "kata_agent_io_stat",
                    "kata_agent_proc_stat",
                    "kata_agent_proc_status",
                    "kata_agent_process_cpu_seconds_total",
                    "kata_agent_process_max_fds",
                    "kata_agent_process_open_fds",
                    "kata_agent_process_resident_memory_bytes",
                    "kata_agent_process_start_time_seconds",
                    "kata_agent_process_virtual_memory_bytes",
                    "kata_agent_scrape_count",
                    "kata_agent_threads",
                    "kata_agent_total_rss",
                    "kata_agent_total_time",
                    "kata_agent_total_vm",
                    "kata_guest_cpu_time",
                    "kata_guest_diskstat",
                    "kata_guest_load",
                    "kata_guest_meminfo",
                    "kata_guest_netdev_stat",
                    "kata_guest_tasks",
                    "kata_guest_vm_stat");

    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})?[ \\t]+(\\S+)(?:[ \\t]+-?\\d+)?[ \\t]*");

    private static final Pattern LABEL =
            Pattern.compile(
                    "\\G[ \\t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \\t]*=[ \\t]*\"((?:[^\"\\\\]|\\\\.)*+)\"[ \\t]*(?:,|$)");

    private static final String SANDBOX = "sandbox_id";

    private final String sandboxId;
    private final Samples samples;
    private final Map<String, String> help = new HashMap<>();

    private GuestText(String sandboxId, Samples samples) {
        this.sandboxId = sandboxId;
        this.samples = samples;
    }

    /// Adds the samples of a text.
    ///
    /// @return how many lines were not understood or not believed
    static int read(String text, String sandboxId, Samples samples) {
        GuestText guest = new GuestText(sandboxId, samples);
        return Math.toIntExact(
                text.substring(0, Math.min(text.length(), MAXIMUM_LENGTH))
                        .lines()
                        .filter(line -> !line.isBlank())
                        .limit(MAXIMUM_LINES)
                        .filter(line -> !guest.take(line))
                        .count());
    }

    private boolean take(String line) {
        if (line.length() > MAXIMUM_LINE) {
            return false;
        }
        if (line.startsWith("#")) {
            takeComment(line);
            return true;
        }
        Matcher matcher = SAMPLE.matcher(line);
        if (!matcher.matches() || !NAMES.contains(matcher.group(1))) {
            return false;
        }
        String name = matcher.group(1);
        try {
            samples.add(
                    name,
                    help.getOrDefault(name, "As the guest tells."),
                    value(matcher.group(3)),
                    labels(matcher.group(2)));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private void takeComment(String line) {
        String[] words = line.split(" ", 4);
        if (words.length == 4 && words[1].equals("HELP") && NAMES.contains(words[2])) {
            help.put(words[2], words[3]);
        }
    }

    private static double value(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private Labels labels(@Nullable String text) {
        Labels.Builder labels = Labels.builder();
        if (text != null) {
            Matcher matcher = LABEL.matcher(text);
            int end = 0;
            while (matcher.find()) {
                end = matcher.end();
                if (!matcher.group(1).equals(SANDBOX)) {
                    labels.label(matcher.group(1), unescaped(matcher.group(2)));
                }
            }
            if (end != text.length()) {
                throw new IllegalArgumentException("labels: " + text);
            }
        }
        return labels.label(SANDBOX, sandboxId).build();
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
