package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which kernel modules there are for devices, as depmod lists it in `modules.alias`.
final class ModuleAliases {
    private record Alias(String pattern, String module) {}

    private final List<Alias> aliases = new ArrayList<>();

    /// @param lines `alias PATTERN MODULE`; all others mean nothing
    ModuleAliases(List<String> lines) {
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words.length == 3 && words[0].equals("alias")) {
                aliases.add(new Alias(words[1], words[2]));
            }
        }
    }

    /// Reads the list for the kernel that runs. Without modules there is none.
    static ModuleAliases ofRunningKernel() throws IOException {
        String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        Path file = Path.of("/lib/modules", release, "modules.alias");
        return new ModuleAliases(Files.exists(file) ? Files.readAllLines(file) : List.of());
    }

    /// The modules for what a device says it is.
    List<String> modulesFor(String modalias) {
        return aliases.stream()
                .filter(alias -> matches(alias.pattern, modalias))
                .map(Alias::module)
                .distinct()
                .toList();
    }

    /// A star stands for any characters. There are no other signs in what is used here.
    private static boolean matches(String pattern, String text) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(text);
        }
        if (!text.startsWith(pattern.substring(0, star))) {
            return false;
        }
        int from = star;
        int next = pattern.indexOf('*', star + 1);
        while (next >= 0) {
            String part = pattern.substring(star + 1, next);
            int at = text.indexOf(part, from);
            if (at < 0) {
                return false;
            }
            from = at + part.length();
            star = next;
            next = pattern.indexOf('*', star + 1);
        }
        String end = pattern.substring(star + 1);
        return text.length() - from >= end.length() && text.endsWith(end);
    }
}
