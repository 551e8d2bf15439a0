package io.sunaba.error;

import org.jspecify.annotations.Nullable;

/// The request is sound, but what it names is in a state that forbids it, or exists already. The
/// message names the state and the operation.
public non-sealed class ConflictException extends SunabaException {
    private static final long serialVersionUID = 1L;

    public ConflictException(String message) {
        super(message, null);
    }

    public ConflictException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
