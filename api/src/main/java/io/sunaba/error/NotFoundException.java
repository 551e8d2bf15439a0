package io.sunaba.error;

import org.jspecify.annotations.Nullable;

/// Something that was named does not exist. Name another one, or create it.
public non-sealed class NotFoundException extends SunabaException {
    private static final long serialVersionUID = 1L;

    public NotFoundException(String message) {
        super(message, null);
    }

    public NotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
