package io.sunaba.vmm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// The end of a text file that somebody untrusted may be writing: a guest's console, a VMM's log.
public final class TextTail {
    private static final int WINDOW = 64 * 1024;

    private TextTail() {}

    /// Returns the last lines that are not blank, oldest first, without control characters; none if
    /// there is no such file. Looks at the last 64 KiB.
    public static List<String> lines(Path file, int maximumLines) {
        byte[] bytes;
        // Not a channel: an interrupt must not disturb it.
        try (RandomAccessFile text = new RandomAccessFile(file.toFile(), "r")) {
            long length = text.length();
            bytes = new byte[(int) Math.min(length, WINDOW)];
            text.seek(length - bytes.length);
            text.readFully(bytes);
        } catch (IOException _) {
            return List.of();
        }
        List<String> lines =
                new String(bytes, StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> line.replaceAll("\\p{Cntrl}+", " ").stripTrailing())
                        .filter(line -> !line.isBlank())
                        .toList();
        return lines.subList(Math.max(0, lines.size() - maximumLines), lines.size());
    }
}
