package org.example.sunaba.vmmd;

/// What the daemon answers when it does not do something.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /// What the caller can do about it.
    enum Kind {
        REJECTED,
        CONFLICT,
        NOT_FOUND,
        UNAVAILABLE,
        TIMED_OUT,
        /// The machine's process ended.
        DIED
    }

    private final Kind kind;

    Refusal(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
