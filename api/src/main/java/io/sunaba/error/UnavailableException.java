package io.sunaba.error;

import org.jspecify.annotations.Nullable;

/// Something that is needed for the request is missing or broken just now: a plugin, a process, a
/// disk with free space. The request changed nothing and may be repeated when that is mended.
public non-sealed class UnavailableException extends SunabaException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message, null);
    }

    public UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
