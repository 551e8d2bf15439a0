package io.sunaba.guest.agent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/// The ways to refuse a call, by what the caller can do.
final class Failures {
    private static final int QUOTED = 100;

    private Failures() {}

    static StatusRuntimeException notFound(String text) {
        return Status.NOT_FOUND.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException exists(String text) {
        return Status.ALREADY_EXISTS.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException invalid(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException exhausted(String text) {
        return Status.RESOURCE_EXHAUSTED.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException wrongState(String text) {
        return Status.FAILED_PRECONDITION.withDescription(text).asRuntimeException();
    }

    /// What the kernel refused because of what it was asked, as the caller's fault.
    static RuntimeException asRefusal(ErrnoException e) throws ErrnoException {
        String text = String.valueOf(e.getMessage());
        return switch (e.errno()) {
            case ErrnoException.EEXIST -> exists(text);
            case ErrnoException.ENODEV -> notFound(text);
            case ErrnoException.EINVAL,
                    ErrnoException.ERANGE,
                    ErrnoException.EOPNOTSUPP,
                    ErrnoException.EADDRNOTAVAIL,
                    ErrnoException.ENETDOWN,
                    ErrnoException.ENETUNREACH,
                    ErrnoException.EHOSTUNREACH ->
                    invalid(text);
            default -> throw e;
        };
    }

    /// What a caller sent, cut to what fits an error.
    static String quotable(String text) {
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
    }
}
