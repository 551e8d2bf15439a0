package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

/// A command was written wrongly. The message names the value and the rule.
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(requireNonNull(message, "message is null"));
    }
}
