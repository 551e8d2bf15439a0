package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

/// The platform cannot start. The message is one line for the person who tried.
final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean running;

    StartException(String message) {
        this(message, false);
    }

    /// @param running whether the reason is that this very platform runs already
    StartException(String message, boolean running) {
        super(requireNonNull(message, "message is null"));
        this.running = running;
    }

    StartException(String message, Throwable cause) {
        super(requireNonNull(message, "message is null"), cause);
        this.running = false;
    }

    /// Tells whether the reason is that this very platform runs already.
    boolean running() {
        return running;
    }

    /// Returns the message as one line, with the cause's if it tells more.
    String line() {
        return String.valueOf(getMessage()).replace('\n', ' ');
    }
}
