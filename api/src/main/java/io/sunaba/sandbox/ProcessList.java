package io.sunaba.sandbox;

import java.util.List;

/// The processes in a container, as `ps` shows them.
///
/// @param columns the columns' names
/// @param rows one row a process, with a value a column
public record ProcessList(List<String> columns, List<List<String>> rows) {
    public ProcessList {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }
}
