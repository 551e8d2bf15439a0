package io.sunaba.error;

import org.jspecify.annotations.Nullable;

/// The root of all failures that the platform and its plugins report.
///
/// A message says what was asked for and names the offending values; it never repeats the message
/// of its cause.
public abstract sealed class SunabaException extends RuntimeException
        permits ConflictException,
                NotFoundException,
                RejectedException,
                TimedOutException,
                UnavailableException {
    private static final long serialVersionUID = 1L;

    SunabaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
