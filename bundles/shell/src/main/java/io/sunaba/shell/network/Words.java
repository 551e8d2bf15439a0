package io.sunaba.shell.network;

import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.UsageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An argument that has parts, `KIND[=VALUE][,KEY=VALUE]...`, from which one is taken after the
/// other.
final class Words {
    private final Arguments arguments;
    private final String whole;
    private final String kind;
    private final @Nullable String value;
    private final List<String> left;

    private Words(Arguments arguments, String whole, List<String> parts) {
        this.arguments = arguments;
        this.whole = whole;
        String first = parts.getFirst();
        int equals = first.indexOf('=');
        this.kind = equals < 0 ? first : first.substring(0, equals);
        this.value = equals < 0 ? null : first.substring(equals + 1);
        this.left = new ArrayList<>(parts.subList(1, parts.size()));
    }

    /// @param what what the argument belongs to, for messages
    static Words of(Arguments arguments, String what, String text) {
        return new Words(arguments, what + " " + text, List.of(text.split(",", -1)));
    }

    String kind() {
        return kind;
    }

    String requireValue() {
        if (value == null || value.isEmpty()) {
            throw wrong("give %s=...".formatted(kind));
        }
        return value;
    }

    /// Takes the value of a key, or null if it is not there.
    @Nullable String find(String key) {
        List<String> found = all(key);
        if (found.size() > 1) {
            throw wrong(key + " is there twice");
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    List<String> all(String key) {
        String prefix = key + "=";
        List<String> found =
                left.stream()
                        .filter(each -> each.startsWith(prefix))
                        .map(each -> each.substring(prefix.length()))
                        .toList();
        left.removeIf(each -> each.startsWith(prefix));
        return found;
    }

    @Nullable Integer number(String key) {
        String text = find(key);
        try {
            return text == null ? null : Integer.valueOf(text);
        } catch (NumberFormatException _) {
            throw wrong("%s %s is no number".formatted(key, text));
        }
    }

    void requireNoMore() {
        if (!left.isEmpty()) {
            throw wrong("'%s' means nothing here".formatted(left.getFirst()));
        }
    }

    UsageException wrong(String problem) {
        return arguments.wrong(whole + ": " + problem);
    }
}
