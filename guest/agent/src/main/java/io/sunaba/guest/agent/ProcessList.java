package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The processes of a container, as Kata 1.x lists them: their ids as JSON, or a table for people.
final class ProcessList {
    private ProcessList() {}

    /// @param format `json` or `table`
    /// @param options `ps` options that choose the table's columns
    static String of(Cgroup cgroup, String format, List<String> options, Path proc)
            throws IOException {
        List<Integer> pids = cgroup.processes();
        return switch (format) {
            case "json" ->
                    pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
            case "table" -> table(ProcessColumn.chosenBy(options), pids, proc);
            default -> throw Failures.invalid("format '" + format + "' is neither json nor table");
        };
    }

    private static String table(List<ProcessColumn> columns, List<Integer> pids, Path proc) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream().map(ProcessColumn::header).toList());
        for (int pid : pids) {
            try {
                ProcessFacts process = ProcessFacts.read(proc, pid);
                rows.add(columns.stream().map(column -> column.of(process)).toList());
            } catch (IOException _) {
                // Ended meanwhile.
            }
        }
        return rows.stream()
                .map(row -> String.join("\t", row) + "\n")
                .collect(Collectors.joining());
    }
}
