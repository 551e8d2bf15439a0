package io.sunaba.storage.leveldb;

import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Locale;

/// What went wrong with a database, and what helps.
final class Advice {
    private static final List<String> DAMAGES =
            List.of(
                    "corrupt",
                    "checksum",
                    "missing",
                    "does not end with newline",
                    "no such file",
                    // Of a table that does not end as tables do, or points to nowhere.
                    "invalid argument");

    private Advice() {}

    static String of(Exception cause) {
        String problem = problem(cause);
        if (isDamage(cause)) {
            return problem + "; it is damaged: storage:repair leveldb keeps what is whole of it";
        }
        // Damaged blocks have a lock in their name, too.
        return problem.toLowerCase(Locale.ROOT).contains("lock")
                ? problem + "; another process has it open"
                : problem;
    }

    static boolean isDamage(Exception cause) {
        String problem = problem(cause).toLowerCase(Locale.ROOT);
        return DAMAGES.stream().anyMatch(problem::contains);
    }

    private static String problem(Exception cause) {
        if (cause instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getFile() + ": " + failure.getReason();
        }
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElseThrow().strip();
    }
}
