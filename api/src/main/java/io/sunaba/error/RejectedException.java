package io.sunaba.error;

import org.jspecify.annotations.Nullable;

/// The request itself is wrong and fails however often it is repeated. The message names the value
/// and the rule; nothing was changed.
public non-sealed class RejectedException extends SunabaException {
    private static final long serialVersionUID = 1L;

    public RejectedException(String message) {
        super(message, null);
    }

    public RejectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
