package io.sunaba.vmm;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/// A tap device cannot be opened.
public final class TapException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /// Why not.
    public enum Reason {
        /// There is no such device or namespace.
        MISSING,
        /// Somebody else has opened it.
        IN_USE,
        /// It is something else.
        UNFIT,
        /// This process may not.
        NOT_PERMITTED
    }

    TapException(Reason reason, String message, IOException cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
