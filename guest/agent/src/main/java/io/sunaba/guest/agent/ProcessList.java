package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The processes of a container, as Kata 1.x lists them: their ids as JSON, or a table for people.
final class ProcessList {
    private static final int TICKS_PER_SECOND = 100;

    private ProcessList() {}

    /// @param format `json` or `table`
    static String of(Cgroup cgroup, String format, Path proc) throws IOException {
        List<Integer> pids = cgroup.processes();
        return switch (format) {
            case "json" ->
                    pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
            case "table" ->
                    pids.stream()
                            .map(pid -> row(proc.resolve(pid.toString()), pid))
                            .collect(
                                    Collectors.joining(
                                            "",
                                            "UID        PID       PPID       TIME      CMD\n",
                                            ""));
            default -> throw Failures.invalid("format '" + format + "' is neither json nor table");
        };
    }

    private static String row(Path process, int pid) {
        try {
            // Behind the name in parentheses: state, parent, ..., user ticks (14), system ticks.
            String stat = Files.readString(process.resolve("stat"));
            String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long seconds =
                    (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
            String command =
                    Files.readString(process.resolve("cmdline")).replace('\0', ' ').strip();
            return String.format(
                    Locale.ROOT,
                    "%-10s %-9d %-10s %02d:%02d:%02d  %s%n",
                    owner(process),
                    pid,
                    fields[1],
                    seconds / 3600,
                    seconds / 60 % 60,
                    seconds % 60,
                    command.isEmpty() ? "[" + name + "]" : command);
        } catch (IOException e) {
            return ""; // ended meanwhile
        }
    }

    private static String owner(Path process) throws IOException {
        for (String line : Files.readAllLines(process.resolve("status"))) {
            if (line.startsWith("Uid:")) {
                return line.split("\\s+", -1)[1];
            }
        }
        return "?";
    }
}
