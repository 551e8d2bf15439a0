package io.sunaba.storage.leveldb;

import java.nio.file.FileSystemException;
import java.util.Locale;

/// What went wrong with a database, and what helps.
final class Advice {
    private Advice() {}

    static String of(Exception cause) {
        String problem = problem(cause);
        String lower = problem.toLowerCase(Locale.ROOT);
        if (lower.contains("lock")) {
            return problem + "; another process has it open";
        }
        if (lower.contains("corrupt")
                || lower.contains("checksum")
                || lower.contains("missing files")
                || lower.contains("does not end with newline")) {
            return problem + "; it is damaged: storage:repair leveldb keeps what is whole of it";
        }
        return problem;
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
