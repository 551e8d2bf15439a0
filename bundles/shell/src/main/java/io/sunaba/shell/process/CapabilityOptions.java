package io.sunaba.shell.process;

import io.sunaba.sandbox.Capabilities;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Option;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The options that change the capabilities of a process.
final class CapabilityOptions {
    static final Option ADD =
            Option.values("cap-add", "NAME", "a Linux capability besides, such as NET_ADMIN");
    static final Option DROP =
            Option.values("cap-drop", "NAME", "a Linux capability that it has not, or ALL");

    private static final String PREFIX = "CAP_";
    private static final String ALL = "ALL";

    private CapabilityOptions() {}

    /// @param capabilities what it has otherwise, or null for the usual ones
    static @Nullable Capabilities changed(
            Arguments arguments, @Nullable Capabilities capabilities) {
        List<String> added = arguments.options(ADD.name());
        List<String> dropped = arguments.options(DROP.name());
        if (added.isEmpty() && dropped.isEmpty()) {
            return capabilities;
        }
        Capabilities old = capabilities == null ? Capabilities.USUAL : capabilities;
        return new Capabilities(
                changed(old.bounding(), added, dropped),
                changed(old.effective(), added, dropped),
                changed(old.permitted(), added, dropped),
                changed(old.inheritable(), List.of(), dropped),
                changed(old.ambient(), List.of(), dropped));
    }

    private static List<String> changed(
            List<String> old, List<String> added, List<String> dropped) {
        Set<String> names = new LinkedHashSet<>(old);
        for (String name : dropped) {
            if (name.equalsIgnoreCase(ALL)) {
                names.clear();
            } else {
                names.remove(full(name));
            }
        }
        added.forEach(name -> names.add(full(name)));
        return List.copyOf(names);
    }

    private static String full(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.startsWith(PREFIX) ? upper : PREFIX + upper;
    }
}
