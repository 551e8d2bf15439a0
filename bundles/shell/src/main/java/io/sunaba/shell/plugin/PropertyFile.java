package io.sunaba.shell.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A file of properties that people edit too: what is not changed stays as it is.
final class PropertyFile {
    private final Path file;

    PropertyFile(Path file) {
        this.file = requireNonNull(file, "file is null");
    }

    /// Sets a property: in its place, in that of its commented default, or at the end. The file is
    /// replaced as a whole.
    ///
    /// @throws UnavailableException if that fails; the file is as before then
    void set(String key, String value) {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            List<String> lines =
                    new ArrayList<>(
                            Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of());
            put(lines, key, key + " = " + value);
            Files.write(fresh, lines, UTF_8);
            if (Files.exists(file)) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(file));
            }
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            delete(fresh, e);
            throw new UnavailableException("cannot write %s: %s".formatted(file, e), e);
        }
    }

    private static void put(List<String> lines, String key, String line) {
        int place = find(lines, "\\s*", key);
        if (place < 0) {
            place = find(lines, "\\s*[#!]\\s*", key);
        }
        if (place < 0) {
            lines.add(line);
        } else {
            lines.set(place, line);
        }
    }

    private static int find(List<String> lines, String before, String key) {
        Pattern pattern = Pattern.compile(before + Pattern.quote(key) + "\\s*[=:].*");
        for (int i = 0; i < lines.size(); i++) {
            if (pattern.matcher(lines.get(i)).matches()) {
                return i;
            }
        }
        return -1;
    }

    private static void delete(Path fresh, IOException because) {
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }
}
