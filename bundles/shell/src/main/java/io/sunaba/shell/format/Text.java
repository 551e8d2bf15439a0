package io.sunaba.shell.format;

import io.sunaba.sandbox.Interface;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Values as text for people.
public final class Text {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Text() {}

    /// Returns a value in one cell of a table.
    ///
    /// @param name the name of the field that holds it
    public static String cell(String name, @Nullable Object value) {
        return switch (value) {
            case null -> "-";
            case Long limit when limit < 0 -> "no limit";
            case Long bytes when name.endsWith("Bytes") -> size(bytes);
            case Instant at -> at.truncatedTo(ChronoUnit.SECONDS).toString();
            case Duration duration -> duration(duration);
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .sorted()
                            .collect(Collectors.joining(", "));
            case Collection<?> list ->
                    list.stream()
                            .map(element -> cell("", element))
                            .collect(Collectors.joining(name.equals("command") ? " " : ", "));
            case Interface.Network network -> network(network);
            case Record record -> record(record);
            default -> value.toString();
        };
    }

    /// Returns the value of a component of a record.
    static @Nullable Object component(Record record, RecordComponent component) {
        try {
            component.getAccessor().trySetAccessible();
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read %s".formatted(component), e);
        }
    }

    /// Returns lines whose columns stand below each other.
    static String align(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = row.get(i).length();
                if (i == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).repeat(' ', widths.get(i) - row.get(i).length() + 2);
            }
            text.append(text.isEmpty() ? "" : "\n").append(line.toString().stripTrailing());
        }
        return text.toString();
    }

    private static String record(Record record) {
        List<String> parts = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = component(record, component);
            if (value != null) {
                parts.add(component.getName() + " " + cell(component.getName(), value));
            }
        }
        return String.join(", ", parts);
    }

    private static String network(Interface.Network network) {
        return switch (network) {
            case Interface.UserMode user ->
                    Stream.concat(
                                    Stream.of("user"),
                                    user.forwards().stream()
                                            .map(forward ->
                                                    "%s:%d:%d/%s"
                                                            .formatted(
                                                                    forward.hostAddress(),
                                                                    forward.hostPort(),
                                                                    forward.guestPort(),
                                                                    forward.protocol())))
                            .collect(Collectors.joining(" "));
            case Interface.Tap tap ->
                    "tap " + tap.name() + (tap.bridge() == null ? "" : " on " + tap.bridge());
            case Interface.Namespace namespace ->
                    "netns " + namespace.file() + " " + namespace.device();
        };
    }

    private static String size(long bytes) {
        int unit = 0;
        long whole = bytes;
        while (unit + 1 < UNITS.length && whole >= 1024) {
            whole >>= 10;
            unit++;
        }
        double value = bytes / (double) (1L << (10 * unit));
        return value == whole || value >= 100
                ? whole + " " + UNITS[unit]
                : "%.1f %s".formatted(value, UNITS[unit]);
    }

    private static String duration(Duration duration) {
        return duration.compareTo(Duration.ofSeconds(1)) < 0
                ? "%.1f ms".formatted(duration.toNanos() / 1e6)
                : "%.1f s".formatted(duration.toMillis() / 1e3);
    }
}
