package io.sunaba.shell.format;

import io.sunaba.factory.Template;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.shell.cache.PoolStatus;
import io.sunaba.shell.command.Finished;
import io.sunaba.shell.device.DeviceStatus;
import io.sunaba.shell.plugin.PluginStatus;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Process;
import org.jspecify.annotations.Nullable;

/// Shows the values of commands to people: a list of records as a table, a record as a list of its
/// fields.
///
/// In a pipeline the shell's runtime passes on only this text; the value itself is remembered until
/// the next command has asked for it, see [#valueOf].
public final class Formats implements Converter {
    private static final Map<Class<?>, List<String>> COLUMNS =
            Map.of(
                    SandboxStatus.class,
                    List.of(
                            "id",
                            "state",
                            "hypervisor",
                            "vcpus",
                            "memoryBytes",
                            "createdAt",
                            "containers"),
                    ContainerStatus.class,
                    List.of("id", "state", "exit", "createdAt", "command"),
                    DeviceStatus.class,
                    List.of("id", "kind", "source", "readOnly", "fileSystem", "container", "path"),
                    PluginStatus.class,
                    List.of("kind", "name", "bundle", "version", "state"),
                    Template.class,
                    List.of(
                            "id",
                            "state",
                            "hypervisor",
                            "vmm",
                            "vcpus",
                            "memoryBytes",
                            "diskBytes",
                            "createdAt"),
                    PoolStatus.class,
                    List.of(
                            "factory",
                            "id",
                            "hypervisor",
                            "vcpus",
                            "memoryBytes",
                            "waiting",
                            "making",
                            "target",
                            "problem"));

    private final Map<Process, Object> values = Collections.synchronizedMap(new WeakHashMap<>());

    /// Returns the value that a call in a pipeline has passed on as text.
    public Optional<Object> valueOf(Process process) {
        return Optional.ofNullable(values.get(process));
    }

    @Override
    public @Nullable Object convert(Class<?> desiredType, Object in) {
        return null;
    }

    @Override
    public @Nullable CharSequence format(Object target, int level, Converter escape) {
        if (level == Converter.INSPECT) {
            Process process = Process.Utils.current();
            if (process != null) {
                values.put(process, target);
            }
        }
        return switch (target) {
            case Collection<?> list when list.isEmpty() -> "";
            case Collection<?> list when !records(list).isEmpty() -> table(records(list));
            case ProcessList processes -> processes(processes);
            case ExitStatus exit -> "exit code " + exit.code();
            case Finished _ -> "";
            case Record record when level == Converter.INSPECT -> fields(record);
            case Record record -> Text.cell("", record);
            default -> null;
        };
    }

    /// Returns the elements if all are records of one type, or nothing.
    private static List<Record> records(Collection<?> list) {
        List<Record> records = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof Record record)) {
                return List.of();
            }
            records.add(record);
        }
        return records.stream().map(Record::getClass).distinct().count() == 1 ? records : List.of();
    }

    private static String table(List<Record> records) {
        Class<?> type = records.getFirst().getClass();
        List<RecordComponent> columns = columns(type);
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream().map(column -> title(column.getName())).toList());
        for (Record record : records) {
            rows.add(
                    columns.stream()
                            .map(column ->
                                    tableCell(column.getName(), Text.component(record, column)))
                            .toList());
        }
        return Text.align(rows);
    }

    private static List<RecordComponent> columns(Class<?> type) {
        List<RecordComponent> all = List.of(type.getRecordComponents());
        List<String> chosen = COLUMNS.get(type);
        if (chosen == null) {
            return all;
        }
        return chosen.stream()
                .map(name ->
                        all.stream()
                                .filter(component -> component.getName().equals(name))
                                .findFirst()
                                .orElseThrow())
                .toList();
    }

    private static String fields(Record record) {
        List<List<String>> rows = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String name = component.getName();
            Object value = Text.component(record, component);
            if (value instanceof Collection<?> list && !records(list).isEmpty()) {
                tables.add(title(name) + "\n" + table(records(list)).indent(2).stripTrailing());
            } else if (value != null && !isEmpty(value)) {
                rows.add(List.of(title(name), Text.cell(name, value)));
            }
        }
        tables.addFirst(Text.align(rows));
        return String.join("\n", tables);
    }

    private static String processes(ProcessList processes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(processes.columns());
        rows.addAll(processes.rows());
        return Text.align(rows);
    }

    private static String tableCell(String name, @Nullable Object value) {
        return switch (value) {
            case Collection<?> list when !records(list).isEmpty() -> Integer.toString(list.size());
            case Collection<?> list when list.isEmpty() -> "0";
            case ExitStatus exit -> Integer.toString(exit.code());
            case null, default -> Text.cell(name, value);
        };
    }

    /// Makes `MEMORY` of `memoryBytes` and `CREATED AT` of `createdAt`.
    private static String title(String name) {
        return name.replaceAll("Bytes$", "")
                .replaceAll("([a-z])([A-Z])", "$1 $2")
                .toUpperCase(Locale.ROOT);
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }
}
