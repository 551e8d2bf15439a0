package io.sunaba.error;

import org.jspecify.annotations.Nullable;

/// The other side did not answer in time. Whether it did what it was asked is unknown, unless the
/// throwing method says otherwise.
public non-sealed class TimedOutException extends SunabaException {
    private static final long serialVersionUID = 1L;

    public TimedOutException(String message) {
        super(message, null);
    }

    public TimedOutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
