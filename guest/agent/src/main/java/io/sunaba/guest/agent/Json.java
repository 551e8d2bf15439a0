package io.sunaba.guest.agent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A JSON object being written. What is empty is left out, as the messages cannot tell it from what
/// was never said.
final class Json {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    static Json of(Consumer<Json> content) {
        Json object = new Json();
        content.accept(object);
        return object;
    }

    boolean isEmpty() {
        return fields.isEmpty();
    }

    Json put(String name, String value) {
        return value.isEmpty() ? this : putAlways(name, value);
    }

    Json put(String name, long value) {
        return value == 0 ? this : putAlways(name, value);
    }

    /// A number that the wire carries without its sign.
    Json putUnsigned(String name, long value) {
        return value == 0 ? this : putUnsignedAlways(name, value);
    }

    Json putUnsignedAlways(String name, long value) {
        return putAlways(name, new Unsigned(value));
    }

    Json put(String name, boolean value) {
        return value ? putAlways(name, true) : this;
    }

    Json put(String name, Json value) {
        return value.isEmpty() ? this : putAlways(name, value);
    }

    Json put(String name, List<?> value) {
        return value.isEmpty() ? this : putAlways(name, value);
    }

    Json put(String name, Map<String, String> value) {
        return value.isEmpty() ? this : putAlways(name, value);
    }

    Json putAlways(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        write(text, fields);
        return text.toString();
    }

    private record Unsigned(long value) {}

    private static void write(StringBuilder text, Object value) {
        switch (value) {
            case Json object -> write(text, object.fields);
            case Map<?, ?> map -> {
                text.append('{');
                String comma = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text.append(comma);
                    quote(text, (String) entry.getKey());
                    text.append(':');
                    write(text, entry.getValue());
                    comma = ",";
                }
                text.append('}');
            }
            case List<?> list -> {
                text.append('[');
                String comma = "";
                for (Object element : list) {
                    text.append(comma);
                    write(text, element);
                    comma = ",";
                }
                text.append(']');
            }
            case String string -> quote(text, string);
            case Unsigned unsigned -> text.append(Long.toUnsignedString(unsigned.value));
            case Integer number -> text.append(Integer.toUnsignedString(number));
            default -> text.append(value);
        }
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || (Character.isSurrogate(c) && !paired(value, i))) {
                text.append("\\u");
                String digits = Integer.toHexString(c);
                text.append("0".repeat(4 - digits.length())).append(digits);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    private static boolean paired(String value, int at) {
        return Character.isHighSurrogate(value.charAt(at))
                ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
    }
}
