package io.sunaba.shell.format;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values as JSON.
///
/// A record is an object with its components' own names. Where a value can be of several kinds (the
/// type is sealed) a member `type` comes first. Durations and instants are ISO 8601, paths and
/// constants are strings, what is null is null.
public final class Json {
    private static final int INDENT = 2;

    private final StringBuilder text = new StringBuilder();

    private final boolean oneLine;

    private Json(boolean oneLine) {
        this.oneLine = oneLine;
    }

    /// Returns a value as one JSON document on one line.
    public static String line(@Nullable Object value) {
        Json json = new Json(true);
        json.write(value, 0);
        return json.text.toString();
    }

    /// Returns a value as one JSON document.
    public static String of(@Nullable Object value) {
        Json json = new Json(false);
        json.write(value, 0);
        return json.text.toString();
    }

    private void write(@Nullable Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case Boolean constant -> text.append(constant);
            case Double number when !Double.isFinite(number) -> string(number.toString());
            case Number number -> text.append(number);
            case Record record -> record(record, depth);
            case Map<?, ?> map -> map(map, depth);
            case Collection<?> list -> list(list, depth);
            case Object[] array -> list(java.util.Arrays.asList(array), depth);
            case Class<?> type -> string(type.getSimpleName());
            default -> string(value.toString());
        }
    }

    private void record(Record record, int depth) {
        String separator = "";
        text.append('{');
        if (isOneOfSeveral(record.getClass())) {
            separator = member(separator, "type", record.getClass().getSimpleName(), depth);
        }
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            separator =
                    member(
                            separator,
                            component.getName(),
                            Text.component(record, component),
                            depth);
        }
        end(separator, '}', depth);
    }

    private void map(Map<?, ?> map, int depth) {
        String separator = "";
        text.append('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separator = member(separator, String.valueOf(entry.getKey()), entry.getValue(), depth);
        }
        end(separator, '}', depth);
    }

    private void list(Collection<?> list, int depth) {
        String separator = "";
        text.append('[');
        for (Object element : list) {
            text.append(separator);
            newLine(depth + 1);
            write(element, depth + 1);
            separator = ",";
        }
        end(separator, ']', depth);
    }

    private String member(String separator, String name, @Nullable Object value, int depth) {
        text.append(separator);
        newLine(depth + 1);
        string(name);
        text.append(oneLine ? ":" : ": ");
        write(value, depth + 1);
        return ",";
    }

    private void end(String separator, char bracket, int depth) {
        if (!separator.isEmpty()) {
            newLine(depth);
        }
        text.append(bracket);
    }

    private void newLine(int depth) {
        if (!oneLine) {
            text.append('\n').repeat(' ', depth * INDENT);
        }
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ' || Character.isSurrogate(c)) {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean isOneOfSeveral(Class<?> type) {
        for (Class<?> parent : type.getInterfaces()) {
            if (parent.isSealed()) {
                return true;
            }
        }
        return false;
    }
}
