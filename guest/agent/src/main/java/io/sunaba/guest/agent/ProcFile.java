package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/// A file of `/proc` as lines of fields, parted by blanks, and by colons where they end a name.
record ProcFile(List<List<String>> lines) {
    /// Reads a file. One that is not there, or that this kernel does not fill, has no lines.
    static ProcFile read(Path file) {
        List<List<String>> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                List<String> fields = new ArrayList<>();
                StringTokenizer tokens = new StringTokenizer(line, " \t:/");
                while (tokens.hasMoreTokens()) {
                    fields.add(tokens.nextToken());
                }
                if (!fields.isEmpty()) {
                    lines.add(fields);
                }
            }
        } catch (IOException _) {
            return new ProcFile(List.of());
        }
        return new ProcFile(lines);
    }

    /// Returns the first field after a name, or 0.
    long value(String name) {
        for (List<String> line : lines) {
            if (line.size() > 1 && line.getFirst().equals(name)) {
                return Long.parseLong(line.get(1));
            }
        }
        return 0;
    }
}
