package io.sunaba.hypervisor.clh;

import java.util.ArrayList;
import java.util.List;

/// As much of YAML as Cloud Hypervisor's description is written in: blocks that are told by how far
/// their lines are indented.
///
/// @param lines the lines of a block, without comments
record Yaml(List<String> lines) {
    static Yaml parse(List<String> lines) {
        return new Yaml(
                lines.stream()
                        .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
                        .toList());
    }

    /// Goes to a block by its keys.
    Yaml at(String... keys) {
        Yaml block = this;
        for (String key : keys) {
            block = block.block(key);
        }
        return block;
    }

    private Yaml block(String key) {
        List<String> found = new ArrayList<>();
        boolean inside = false;
        int depth = lines.isEmpty() ? 0 : indent(lines.getFirst());
        for (String line : lines) {
            if (indent(line) == depth) {
                String name = line.strip();
                inside = name.equals(key + ":") || name.startsWith(key + ": ");
            } else if (inside) {
                found.add(line);
            }
        }
        if (found.isEmpty()) {
            throw new AssertionError("there is no %s among %s".formatted(key, text()));
        }
        return new Yaml(found);
    }

    /// Returns what stands behind a key on its line.
    String value(String key) {
        for (String line : lines) {
            if (line.strip().startsWith(key + ":")) {
                return line.strip().substring(key.length() + 1).strip();
            }
        }
        throw new AssertionError("there is no %s among %s".formatted(key, text()));
    }

    /// Returns the entries of a list; none if there is none.
    List<String> list(String key) {
        if (lines.stream().noneMatch(line -> line.strip().equals(key + ":"))) {
            return List.of();
        }
        return block(key).lines().stream().map(line -> line.strip().substring(2)).toList();
    }

    String text() {
        return String.join("\n", lines);
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }
}
